import Substrate

/// Reads `%XX` and, in a query, `+` (WHATWG URL, application/x-www-form-urlencoded) without a copy.
struct PercentDecoding {
    private let encoded: Bytes
    private var index = 0
    /// A `%` without two hexadecimal digits was met; what came before it is not to be used.
    private(set) var isMalformed = false

    init(_ encoded: Bytes) { self.encoded = encoded }

    mutating func next() -> UInt8? {
        guard index < encoded.count, !isMalformed else { return nil }
        let byte = encoded[index]
        if byte == ASCII.percent {
            guard encoded.count &- index >= 3, let high = ASCII.hexValue(encoded[index &+ 1]),
                let low = ASCII.hexValue(encoded[index &+ 2])
            else {
                isMalformed = true
                return nil
            }
            index &+= 3
            return high << 4 | low
        }
        index &+= 1
        return byte == 0x2B ? ASCII.space : byte
    }

    /// Whether `encoded` stands for exactly `plain`. Not constant time.
    static func equals(_ encoded: Bytes, _ plain: Bytes) -> Bool {
        var decoding = PercentDecoding(encoded)
        return decoding.takes(plain) && decoding.next() == nil && !decoding.isMalformed
    }

    /// Whether what `encoded` stands for starts with `plain`.
    static func hasPrefix(_ encoded: Bytes, _ plain: Bytes) -> Bool {
        var decoding = PercentDecoding(encoded)
        guard decoding.takes(plain) else { return false }
        while decoding.next() != nil {}
        return !decoding.isMalformed
    }

    /// Bytes that `encoded` stands for, or nil when it is malformed.
    static func count(_ encoded: Bytes) -> Int? {
        var decoding = PercentDecoding(encoded)
        var count = 0
        while decoding.next() != nil { count &+= 1 }
        return decoding.isMalformed ? nil : count
    }

    private mutating func takes(_ plain: Bytes) -> Bool {
        for index in 0..<plain.count where next() != plain[index] { return false }
        return true
    }
}
