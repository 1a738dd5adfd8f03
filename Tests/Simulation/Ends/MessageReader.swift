/// A message as it came off a connection, read by a reader of its own: the codec is not its own judge.
struct ReadMessage {
    var startLine = ""
    var fields: [(name: String, value: String)] = []
    var body: [UInt8] = []
    var trailers = ""

    var method: String { String(startLine.prefix { $0 != " " }) }
    var target: String { String(startLine.split(separator: " ").dropFirst().first ?? "") }
    var status: Int { Int(target) ?? 0 }
    func value(_ name: String) -> String? { fields.first { $0.name == name }?.value }
    var saysClose: Bool { value("connection") == "close" }
    /// Ended by the end of the connection.
    var isDelimitedByClose = false
}

/// Takes messages off a stream, byte by byte if need be, looking at no byte twice.
struct MessageReader {
    enum Step {
        case incomplete
        /// A head is whole; its body follows.
        case head
        case message(ReadMessage)
        case malformed(String)
    }

    private enum State { case head, length(Int), chunkSize, chunk(Int), trailers, untilEnd, over }

    private var buffer: [UInt8] = []
    private var start = 0
    private var scanned = 0
    private var state = State.head
    private(set) var message = ReadMessage()
    /// Reads answers; otherwise requests.
    let readsAnswers: Bool

    init(readsAnswers: Bool) { self.readsAnswers = readsAnswers }

    /// Bytes of a message that is not whole.
    var isBetweenMessages: Bool {
        if case .head = state { return start == buffer.count }
        return false
    }

    mutating func append(_ bytes: [UInt8]) {
        if start > 16_384 {
            buffer.removeFirst(start)
            scanned -= start
            start = 0
        }
        buffer += bytes
    }

    /// - Parameters:
    ///   - method: of the request that an answer answers.
    ///   - isEnded: the connection has ended behind what was appended.
    mutating func next(answering method: String = "", isEnded: Bool = false) -> Step {
        while true {
            switch state {
            case .head:
                guard let end = line(endingIn: [13, 10, 13, 10]) else { return .incomplete }
                readHead(buffer[start..<end])
                start = end + 4
                if let fault = begin(answering: method) { return .malformed(fault) }
                return .head
            case .length(let left):
                let count = min(left, buffer.count - start)
                message.body += buffer[start..<(start + count)]
                start += count
                state = .length(left - count)
                if count == left { return finish() }
                return .incomplete
            case .chunkSize:
                guard let end = line(endingIn: [13, 10]) else { return .incomplete }
                guard let size = Int(String(decoding: buffer[start..<end], as: UTF8.self), radix: 16) else {
                    return .malformed("a chunk of no size")
                }
                start = end + 2
                state = size == 0 ? .trailers : .chunk(size)
            case .chunk(let size):
                guard buffer.count - start >= size + 2 else { return .incomplete }
                message.body += buffer[start..<(start + size)]
                guard buffer[start + size] == 13, buffer[start + size + 1] == 10 else {
                    return .malformed("a chunk longer than its size")
                }
                start += size + 2
                scanned = start
                state = .chunkSize
            case .trailers:
                guard let end = line(endingIn: [13, 10]) else { return .incomplete }
                let text = String(decoding: buffer[start..<end], as: UTF8.self)
                start = end + 2
                if text.isEmpty { return finish() }
                message.trailers = text
            case .untilEnd:
                message.body += buffer[start...]
                start = buffer.count
                guard isEnded else { return .incomplete }
                message.isDelimitedByClose = true
                return finish()
            case .over: return finish()
            }
        }
    }

    private mutating func line(endingIn mark: [UInt8]) -> Int? {
        var index = max(scanned, start)
        let last = buffer.count - mark.count
        while index <= last {
            if buffer[index] == mark[0], buffer[index..<(index + mark.count)].elementsEqual(mark) {
                return index
            }
            index += 1
        }
        scanned = max(start, last + 1)
        return nil
    }

    private mutating func readHead(_ bytes: ArraySlice<UInt8>) {
        message = ReadMessage()
        var lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
        message.startLine = String(decoding: lines.removeFirst().drop { $0 == 13 }, as: UTF8.self)
        if message.startLine.utf8.last == 13 { message.startLine.removeLast() }
        for line in lines {
            let parts = line.split(separator: 58, maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            let value = parts[1].drop { $0 == 32 }
            message.fields.append(
                (
                    String(decoding: parts[0], as: UTF8.self).lowercased(),
                    String(decoding: value.last == 13 ? value.dropLast() : value, as: UTF8.self)
                ))
        }
    }

    /// Decides how the body ends. Returns what is wrong with the head.
    private mutating func begin(answering method: String) -> String? {
        scanned = start
        let length = message.value("content-length")
        let isChunked = message.value("transfer-encoding") != nil
        if length != nil, isChunked { return "two lengths" }
        if message.fields.filter({ $0.name == "content-length" }).count > 1 { return "two lengths" }
        if readsAnswers {
            let status = message.status
            guard status >= 100, status < 600 else { return "no status: \(message.startLine)" }
            if method == "HEAD" || status < 200 || status == 204 || status == 304 {
                state = .over
                return nil
            }
        }
        if isChunked {
            state = .chunkSize
        } else if let length {
            guard let count = Int(length) else { return "a length that is no number" }
            state = .length(count)
        } else {
            state = readsAnswers ? .untilEnd : .over
        }
        return nil
    }

    private mutating func finish() -> Step {
        state = .head
        scanned = start
        return .message(message)
    }
}
