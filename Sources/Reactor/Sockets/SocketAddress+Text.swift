public import Substrate

extension SocketAddress: CustomStringConvertible {
    /// Appends the IP address alone, as `X-Forwarded-For` wants it: no port, no brackets, an IPv4 address mapped into
    /// IPv6 as IPv4. A Unix peer is `unknown` (RFC 7239 §6.2). Allocates only what `buffer` does.
    public func appendIP(into buffer: inout ByteBuffer) {
        if let bits = ipv4 {
            var shift: UInt32 = 24
            while true {
                buffer.append(decimal: UInt64(bits >> shift & 0xFF))
                if shift == 0 { return }
                buffer.append(ASCII.dot)
                shift &-= 8
            }
        }
        guard let ipv6 else {
            buffer.append("unknown")
            return
        }
        appendIPv6(ipv6.high, ipv6.low, into: &buffer)
    }

    /// Appends the address as it is written in configuration: `1.2.3.4:80`, `[::1]:80`, `unix:/path`.
    public func append(into buffer: inout ByteBuffer) {
        switch family {
        case .unix:
            buffer.append("unix:")
            var index = 2
            while index < 112, case let next = byte(index), next != 0 {
                buffer.append(next)
                index &+= 1
            }
            return
        case .ipv4:
            appendIP(into: &buffer)
        case .ipv6:
            buffer.append(ASCII.openBracket)
            appendIPv6(words[1].byteSwapped, words[2].byteSwapped, into: &buffer)
            buffer.append(ASCII.closeBracket)
        }
        buffer.append(ASCII.colon)
        buffer.append(decimal: UInt64(port))
    }

    /// `append(into:)` as text. Not on the request path.
    public var description: String {
        var buffer = ByteBuffer()
        append(into: &buffer)
        return buffer.bytes.text
    }

    /// RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups as `::`, the first of equals.
    private func appendIPv6(_ high: UInt64, _ low: UInt64, into buffer: inout ByteBuffer) {
        func group(_ index: Int) -> UInt64 {
            (index < 4 ? high >> UInt64(48 &- index &* 16) : low >> UInt64(112 &- index &* 16)) & 0xFFFF
        }
        var bestStart = 8
        var bestCount = 1
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, group(end) == 0 { end &+= 1 }
            if end &- start > bestCount {
                bestStart = start
                bestCount = end &- start
            }
            start = end &+ 1
        }
        var index = 0
        while index < 8 {
            if index == bestStart {
                buffer.append("::")
                index &+= bestCount
                continue
            }
            if index > 0, index != bestStart &+ bestCount { buffer.append(ASCII.colon) }
            buffer.append(hex: group(index))
            index &+= 1
        }
    }
}
