public import Substrate

extension JSONValue {
    var jsonText: JSONText? {
        let node = node
        return node.kind == .string ? JSONText(node, input) : nil
    }

    /// A string's content between its quotes, escapes as they stand.
    public var rawString: Bytes? { jsonText?.raw }

    /// Whether `rawString` differs from what the string stands for.
    public var hasEscapes: Bool { node.kind == .string && node.hasEscapes }

    /// Appends the UTF-8 that the string stands for; false, and nothing appended, when the value is no string.
    ///
    /// What is appended is never longer than `rawString`.
    @discardableResult
    public func decodedString(into buffer: inout ByteBuffer) -> Bool {
        guard let text = jsonText else { return false }
        guard text.hasEscapes else {
            buffer.append(text.raw)
            return true
        }
        var unescaper = JSONUnescaper(text.raw)
        while let byte = unescaper.next() { buffer.append(byte) }
        return true
    }

    /// Whether the value is a string that stands for exactly these bytes.
    public func stringEquals(_ bytes: Bytes) -> Bool { jsonText?.equals(bytes) ?? false }

    public func stringEquals(_ text: StaticString) -> Bool { stringEquals(Bytes(text)) }

    /// The string as Swift text. Allocates: for configuration and tests.
    public var text: String? {
        var buffer = ByteBuffer()
        return decodedString(into: &buffer) ? buffer.bytes.text : nil
    }
}
