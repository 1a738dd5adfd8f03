/// Where a socket is bound or connected: IPv4, IPv6 or a Unix path. A plain value without references.
///
/// Holds the bytes of C's `sockaddr_in`, `sockaddr_in6` or `sockaddr_un`, in words; unused bytes are zero, so that
/// equal addresses have equal words.
public struct SocketAddress: BitwiseCopyable, Equatable, Sendable {
    /// Raw values are Linux's `AF_…`.
    public enum Family: UInt16, Sendable, BitwiseCopyable {
        case unix = 1
        case ipv4 = 2
        case ipv6 = 10
    }

    /// Longest Unix path, in bytes, without the closing NUL. Source: `sockaddr_un`, unix(7).
    public static var maxUnixPathBytes: Int { 107 }

    var words: InlineArray<14, UInt64>
    /// Bytes of the C structure in use.
    private(set) var length: UInt32

    private init() {
        words = InlineArray(repeating: 0)
        length = 0
    }

    /// IPv4 0.0.0.0, port 0: room for a call that fills in an address.
    public static var unspecified: SocketAddress { SocketAddress(ipv4: (0, 0, 0, 0), port: 0) }

    /// `octets` in the order in which they are written.
    public init(ipv4 octets: (UInt8, UInt8, UInt8, UInt8), port: UInt16) {
        self.init()
        words[0] = UInt64(Family.ipv4.rawValue) | UInt64(port.byteSwapped) << 16
        words[0] |= UInt64(octets.0) << 32 | UInt64(octets.1) << 40
        words[0] |= UInt64(octets.2) << 48 | UInt64(octets.3) << 56
        length = 16
    }

    /// `high` and `low` are the address's 128 bits, `scope` the interface of a link-local address.
    public init(ipv6 high: UInt64, _ low: UInt64, port: UInt16, scope: UInt32 = 0) {
        self.init()
        words[0] = UInt64(Family.ipv6.rawValue) | UInt64(port.byteSwapped) << 16
        words[1] = high.byteSwapped
        words[2] = low.byteSwapped
        words[3] = UInt64(scope)
        length = 28
    }

    /// Sixteen bytes in the order in which they are written. Nil for another count.
    public init?(ipv6 bytes: [UInt8], port: UInt16, scope: UInt32 = 0) {
        guard bytes.count == 16 else { return nil }
        var halves: (UInt64, UInt64) = (0, 0)
        for index in 0..<8 {
            halves.0 = halves.0 << 8 | UInt64(bytes[index])
            halves.1 = halves.1 << 8 | UInt64(bytes[index + 8])
        }
        self.init(ipv6: halves.0, halves.1, port: port, scope: scope)
    }

    /// Nil for an empty path, one over `maxUnixPathBytes`, or one with a NUL.
    public init?(unixPath path: String) {
        let bytes = Array(path.utf8)
        guard !bytes.isEmpty, bytes.count <= Self.maxUnixPathBytes, !bytes.contains(0) else { return nil }
        self.init()
        words[0] = UInt64(Family.unix.rawValue)
        for (index, byte) in bytes.enumerated() {
            words[(index + 2) / 8] |= UInt64(byte) << UInt64((index + 2) % 8 * 8)
        }
        length = UInt32(bytes.count + 3)
    }

    public static func == (left: Self, right: Self) -> Bool {
        for index in 0..<14 where left.words[index] != right.words[index] { return false }
        return true
    }

    public var family: Family { Family(rawValue: UInt16(truncatingIfNeeded: words[0])) ?? .unix }

    /// 0 for a Unix socket.
    public var port: UInt16 {
        get { family == .unix ? 0 : UInt16(truncatingIfNeeded: words[0] >> 16).byteSwapped }
        set {
            guard family != .unix else { return }
            words[0] = words[0] & ~0xFFFF_0000 | UInt64(newValue.byteSwapped) << 16
        }
    }

    /// The 32 bits of an IPv4 address, first octet highest; also of an IPv4 address mapped into IPv6, which a listener
    /// on `[::]` reports.
    public var ipv4: UInt32? {
        switch family {
        case .ipv4: return UInt32(truncatingIfNeeded: words[0] >> 32).byteSwapped
        case .ipv6:
            let low = words[2].byteSwapped
            guard words[1] == 0, low >> 32 == 0xFFFF else { return nil }
            return UInt32(truncatingIfNeeded: low)
        case .unix: return nil
        }
    }

    /// The 128 bits of an IPv6 address.
    public var ipv6: (high: UInt64, low: UInt64)? {
        family == .ipv6 ? (words[1].byteSwapped, words[2].byteSwapped) : nil
    }

    /// On this machine: what is sent there meets no network.
    public var isLoopback: Bool {
        if let ipv4 { return ipv4 >> 24 == 127 }
        guard let ipv6 else { return false }
        return ipv6.high == 0 && ipv6.low == 1
    }

    /// A byte of the C structure.
    func byte(_ index: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: words[index / 8] >> UInt64(index % 8 * 8))
    }

    /// A copy of the path; empty for an unnamed Unix socket and for the other families.
    public var unixPath: String {
        guard family == .unix else { return "" }
        var bytes: [UInt8] = []
        var index = 2
        while index < 112, case let next = byte(index), next != 0 {
            bytes.append(next)
            index += 1
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Lends the C structure to `body`.
    public func withUnsafeSockaddr(_ body: (UnsafeRawPointer, UInt32) -> Int) -> Int {
        unsafe withUnsafeBytes(of: words) { raw in
            guard let base = raw.baseAddress else { return SystemError.invalidArgument.result }
            return unsafe body(base, length)
        }
    }

    /// Lets `body` fill the C structure in; what it answers is passed on.
    mutating func receiveUnsafeSockaddr(
        _ body: (UnsafeMutableRawPointer, UnsafeMutablePointer<UInt32>) -> Int
    ) -> Int {
        var fresh = SocketAddress()
        var written: UInt32 = 112
        let result = unsafe withUnsafeMutableBytes(of: &fresh.words) { raw in
            guard let base = raw.baseAddress else { return SystemError.invalidArgument.result }
            return unsafe body(base, &written)
        }
        guard result >= 0 else { return result }
        fresh.length = min(written, 112)
        fresh.forgetWhatIsNotAddress()
        self = fresh
        return result
    }

    /// Flow labels are not part of where a peer is.
    private mutating func forgetWhatIsNotAddress() {
        if family != .unix { words[0] &= family == .ipv4 ? .max : 0xFFFF_FFFF }
    }

    /// Reads a C structure of `length` bytes; nil when it is of no known family.
    public init?(unsafeSockaddr raw: UnsafeRawPointer, length: UInt32) {
        self.init()
        guard length >= 2, length <= 112 else { return nil }
        unsafe withUnsafeMutableBytes(of: &words) { target in
            unsafe target.copyMemory(from: UnsafeRawBufferPointer(start: raw, count: Int(length)))
        }
        self.length = length
        guard Family(rawValue: UInt16(truncatingIfNeeded: words[0])) != nil else { return nil }
        forgetWhatIsNotAddress()
    }

    /// Writes the C structure into `target`, cut to `capacity` bytes.
    ///
    /// - Returns: its whole length.
    public func copyUnsafeSockaddr(to target: UnsafeMutableRawPointer, capacity: UInt32) -> UInt32 {
        unsafe withUnsafeBytes(of: words) { raw in
            guard let base = raw.baseAddress else { return }
            unsafe target.copyMemory(from: base, byteCount: Int(min(length, capacity)))
        }
        return length
    }
}
