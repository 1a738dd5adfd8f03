/// A message as a test reads it off a connection: a small reader of its own, so that the codec is not its own judge.
struct WireMessage: Equatable {
    var startLine = ""
    var fields: [(name: String, value: String)] = []
    var body: [UInt8] = []
    var trailers = ""
    var isChunked = false
    /// Ended by the connection's end.
    var isDelimitedByClose = false

    static func == (left: WireMessage, right: WireMessage) -> Bool {
        left.startLine == right.startLine && left.body == right.body && left.trailers == right.trailers
    }

    var status: Int { Int(startLine.split(separator: " ").dropFirst().first ?? "") ?? 0 }
    var method: String { String(startLine.split(separator: " ").first ?? "") }
    var target: String { String(startLine.split(separator: " ").dropFirst().first ?? "") }

    func value(_ name: String) -> String? { fields.first { $0.name == name }?.value }

    /// What a reader found at the front of its bytes.
    enum Reading {
        case incomplete
        case malformed
        case message(WireMessage, consumed: Int)
    }

    /// The head alone, with the bytes that it takes.
    static func head(_ bytes: ArraySlice<UInt8>) -> (WireMessage, Int)? {
        guard let end = find(Array("\r\n\r\n".utf8), in: bytes) else { return nil }
        let text = String(decoding: bytes[..<end], as: UTF8.self)
        var lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
        var message = WireMessage()
        message.startLine = String(lines.removeFirst())
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            message.fields.append((line[..<colon].lowercased(), String(value)))
        }
        message.isChunked = message.value("transfer-encoding") == "chunked"
        return (message, end + 4 - bytes.startIndex)
    }

    /// - Parameters:
    ///   - method: of the request that an answer answers; nil reads a request.
    ///   - isEnded: the connection has ended behind `bytes`.
    static func read(_ bytes: [UInt8], answering method: String? = nil, isEnded: Bool = false) -> Reading {
        guard var (message, index) = head(bytes[...]) else { return .incomplete }
        if let method {
            let status = message.status
            if method == "HEAD" || status < 200 || status == 204 || status == 304 {
                return .message(message, consumed: index)
            }
        }
        if message.isChunked { return chunks(bytes, index, message) }
        if let length = message.value("content-length").flatMap(Int.init) {
            guard bytes.count - index >= length else { return .incomplete }
            message.body = Array(bytes[index..<(index + length)])
            index += length
            return .message(message, consumed: index)
        }
        if method == nil { return .message(message, consumed: index) }
        guard isEnded else { return .incomplete }
        message.body = Array(bytes[index...])
        message.isDelimitedByClose = true
        return .message(message, consumed: bytes.count)
    }

    private static func chunks(_ bytes: [UInt8], _ start: Int, _ head: WireMessage) -> Reading {
        var message = head
        var index = start
        while true {
            guard let line = find([13, 10], in: bytes[index...]) else { return .incomplete }
            guard let size = Int(String(decoding: bytes[index..<line], as: UTF8.self), radix: 16) else {
                return .malformed
            }
            index = line + 2
            if size == 0 {
                if bytes.count >= index + 2, bytes[index] == 13, bytes[index + 1] == 10 {
                    return .message(message, consumed: index + 2)
                }
                guard let end = find(Array("\r\n\r\n".utf8), in: bytes[index...]) else { return .incomplete }
                message.trailers = String(decoding: bytes[index..<end], as: UTF8.self)
                return .message(message, consumed: end + 4)
            }
            guard bytes.count >= index + size + 2 else { return .incomplete }
            guard bytes[index + size] == 13, bytes[index + size + 1] == 10 else { return .malformed }
            message.body += bytes[index..<(index + size)]
            index += size + 2
        }
    }

    static func find(_ pattern: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
        guard bytes.count >= pattern.count else { return nil }
        var index = bytes.startIndex
        let last = bytes.endIndex - pattern.count
        while index <= last {
            var matches = true
            for offset in 0..<pattern.count where bytes[index + offset] != pattern[offset] {
                matches = false
                break
            }
            if matches { return index }
            index += 1
        }
        return nil
    }
}
