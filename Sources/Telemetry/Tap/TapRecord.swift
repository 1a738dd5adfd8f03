public import Substrate

/// What a tap shows of one request: what its access-log line would say, and of its head the names of fields that are
/// registered. Open types only, as in the log.
@safe public struct TapRecord {
    public var request: AccessLogRecord
    /// Fields of the request's head that are registered names.
    public var fields = RegisteredFieldSet()
    /// Field lines of the head with another name.
    public var otherFields: UInt32 = 0
    /// Of the request's body, where the head says it: the two values that are shown, a number and one of a closed list.
    public var contentLength: UInt64?
    public var contentType: MediaType?

    public init(_ request: AccessLogRecord) { self.request = request }

    /// Takes a field of the head by its name.
    public mutating func add(_ field: RegisteredField?) {
        if let field { fields.insert(field) } else { otherFields &+= 1 }
    }

    /// Appends one JSON object and a line feed: the access log's fields, then `fields`, `otherFields`, `contentLength` and
    /// `contentType`.
    public func append(into buffer: inout ByteBuffer, stamps: inout TimeStamps) {
        request.appendFields(into: &buffer, stamps: &stamps)
        if !fields.isEmpty {
            var separator: StaticString = ",\"fields\":[\""
            for number in 0..<RegisteredField.names.count {
                let field = RegisteredField(number: UInt8(number))
                guard fields.contains(field) else { continue }
                buffer.append(separator)
                buffer.append(field.name.bytes)
                separator = "\",\""
            }
            buffer.append("\"]")
        }
        if otherFields > 0 {
            buffer.append(",\"otherFields\":")
            buffer.append(decimal: UInt64(otherFields))
        }
        if let contentLength {
            buffer.append(",\"contentLength\":")
            buffer.append(decimal: contentLength)
        }
        if let contentType {
            buffer.append(",\"contentType\":\"")
            buffer.append(contentType.label.bytes)
            buffer.append("\"")
        }
        buffer.append("}\n")
    }
}
