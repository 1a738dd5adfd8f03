import COpenSSL
import Substrate

/// An application traffic secret of TLS 1.3 (RFC 8446 §7.1): 32 or 48 bytes, from which a direction's keys come.
/// Whoever holds one wipes it.
struct TrafficSecret: BitwiseCopyable {
    private var words: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0)
    private(set) var count = 0

    init() {}

    /// Reads hexadecimal digits of either case. Nil for anything else.
    init?(hex: Bytes) {
        guard hex.count % 2 == 0, (1...Self.maxBytes).contains(hex.count / 2) else { return nil }
        count = hex.count / 2
        for index in 0..<count {
            guard let high = ASCII.hexValue(hex[2 * index]), let low = ASCII.hexValue(hex[2 * index + 1])
            else { return nil }
            unsafe withUnsafeMutableBytes(of: &words) { unsafe $0[index] = high << 4 | low }
        }
    }

    private static var maxBytes: Int { 48 }

    /// HKDF-Expand-Label (RFC 8446 §7.1) with an empty context: fills `room`, which is at most one hash long.
    /// - Parameter label: without `tls13 `; at most 32 bytes.
    /// - Returns: false when OpenSSL fails.
    func expand(
        _ label: StaticString, of suite: CipherSuite, into room: UnsafeMutableBufferPointer<UInt8>
    ) -> Bool {
        precondition(room.count <= suite.hashBytes && label.utf8CodeUnitCount <= 32, "one block of HKDF")
        var info = ByteBuffer(capacity: 64)
        info.append(0)
        info.append(UInt8(room.count))
        info.append(UInt8(6 + label.utf8CodeUnitCount))
        info.append("tls13 ")
        info.append(label)
        info.append(0)
        info.append(1)
        var block = TrafficSecret()
        var length: UInt32 = 0
        let isDone = unsafe withUnsafeBytes(of: words) { key in
            unsafe withUnsafeMutableBytes(of: &block.words) { out in
                unsafe HMAC(
                    suite.hash, key.baseAddress, Int32(count), info.bytes.unsafeBase, info.count,
                    out.assumingMemoryBound(to: UInt8.self).baseAddress, &length) != nil
            }
        }
        guard isDone, Int(length) == suite.hashBytes else { return false }
        unsafe withUnsafeBytes(of: block.words) { bytes in
            for index in 0..<room.count { unsafe room[index] = bytes[index] }
        }
        block.wipe()
        return true
    }

    /// Becomes the secret behind this one (RFC 8446 §7.2). False when OpenSSL fails.
    mutating func advance(of suite: CipherSuite) -> Bool {
        var successor = TrafficSecret()
        successor.count = suite.hashBytes
        let isDone = unsafe withUnsafeMutableBytes(of: &successor.words) { room in
            let bytes = unsafe room.assumingMemoryBound(to: UInt8.self)
            return unsafe expand(
                "traffic upd", of: suite,
                into: UnsafeMutableBufferPointer(start: bytes.baseAddress, count: suite.hashBytes))
        }
        if isDone { self = successor }
        successor.wipe()
        return isDone
    }

    mutating func wipe() {
        count = 0
        unsafe withUnsafeMutableBytes(of: &words) { unsafe OPENSSL_cleanse($0.baseAddress, $0.count) }
    }
}
