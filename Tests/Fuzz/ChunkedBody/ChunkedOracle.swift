/// RFC 9112 §7.1 as plainly as can be: sizes in hexadecimal, CRLF everywhere, extensions without controls.
enum ChunkedOracle {
    enum Outcome { case complete(body: [UInt8], trailers: [UInt8], consumed: Int), incomplete, broken }

    static func read(_ wire: [UInt8]) -> Outcome {
        var body: [UInt8] = []
        var index = 0
        while true {
            guard let end = lineEnd(wire, from: index) else { return .incomplete }
            let line = wire[index..<end]
            let digits = line.prefix { isHex($0) }
            guard !digits.isEmpty, let size = Int(String(decoding: digits, as: UTF8.self), radix: 16) else {
                return .broken
            }
            let rest = line.dropFirst(digits.count)
            guard rest.isEmpty || rest.first == 0x3B else { return .broken }
            guard rest.allSatisfy({ $0 == 9 || ($0 >= 0x20 && $0 != 0x7F) }) else { return .broken }
            index = end + 2
            if size == 0 { return trailers(wire, from: index, body) }
            guard size <= wire.count - index else { return .incomplete }
            body += wire[index..<index + size]
            index += size
            guard wire.count - index >= 2 else { return .incomplete }
            guard wire[index] == 0x0D, wire[index + 1] == 0x0A else { return .broken }
            index += 2
        }
    }

    private static func trailers(_ wire: [UInt8], from start: Int, _ body: [UInt8]) -> Outcome {
        var index = start
        while let end = lineEnd(wire, from: index) {
            if end == index {
                return .complete(body: body, trailers: Array(wire[start..<index]), consumed: end + 2)
            }
            index = end + 2
        }
        return .incomplete
    }

    /// Index of the CR of the next CRLF.
    private static func lineEnd(_ wire: [UInt8], from start: Int) -> Int? {
        var index = start
        while index + 1 < wire.count {
            if wire[index] == 0x0D, wire[index + 1] == 0x0A { return index }
            index += 1
        }
        return nil
    }

    private static func isHex(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
    }
}
