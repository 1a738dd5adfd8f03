import JSON
import Substrate

/// What `parse` says of `text`: nil when it is one document.
func refusal(_ text: [UInt8], _ limits: JSONLimits = JSONLimits()) -> JSONError? {
    var tape = JSONTape()
    do throws(JSONError) {
        try text.withBytes { (bytes) throws(JSONError) in try tape.parse(bytes, limits: limits) }
        return nil
    } catch {
        return error
    }
}

func refusal(_ text: String, _ limits: JSONLimits = JSONLimits()) -> JSONError? {
    refusal(Array(text.utf8), limits)
}

/// Parses `text`, which must be one document, and lends its value to `body`.
func withValue<Result>(_ text: [UInt8], _ body: (JSONValue) -> Result) throws -> Result {
    var tape = JSONTape()
    return try text.withBytes { bytes in
        try tape.parse(bytes)
        return body(tape.root(bytes))
    }
}

func withValue<Result>(_ text: String, _ body: (JSONValue) -> Result) throws -> Result {
    try withValue(Array(text.utf8), body)
}

/// `value` written again without white space, every string decoded and escaped anew.
func rewritten(_ value: JSONValue) -> [UInt8] {
    var writer = JSONWriter()
    rewrite(value, &writer)
    return writer.finish().bytes.array
}

private func rewrite(_ value: JSONValue, _ writer: inout JSONWriter) {
    switch value.kind {
    case .null: writer.null()
    case .bool: writer.bool(value.boolean ?? false)
    case .number: writer.raw(value.numberLexeme ?? Bytes())
    case .string:
        var buffer = ByteBuffer()
        value.decodedString(into: &buffer)
        writer.string(buffer.bytes)
    case .array:
        writer.beginArray()
        for element in value.elements { rewrite(element, &writer) }
        writer.endArray()
    case .object:
        writer.beginObject()
        for member in value.members {
            var buffer = ByteBuffer()
            member.key.decodedString(into: &buffer)
            writer.key(buffer.bytes)
            rewrite(member.value, &writer)
        }
        writer.endObject()
    }
}
