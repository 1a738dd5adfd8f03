import Glibc

/// A window on bytes that somebody else owns.
///
/// The pointer inside is valid for as long as the owner says: a loop turn for what `recv` delivered, the life of an
/// exchange for a head's arena, the life of a snapshot for its tables. A `Bytes` may be passed down and kept for that
/// time, never longer. Every access is checked against `count`; see the decision "byte slices" for why this is not
/// a `Span`.
@safe public struct Bytes {
    private let base: UnsafePointer<UInt8>?
    public let count: Int

    public init() {
        unsafe base = nil
        count = 0
    }

    /// - Parameter base: valid for `count` bytes for as long as the value is used; may be nil only if `count` is 0.
    public init(unsafeBase base: UnsafePointer<UInt8>?, count: Int) {
        precondition(count >= 0, "a window never has a negative length")
        unsafe self.base = base
        self.count = count
    }

    public init(_ text: StaticString) {
        unsafe self.init(unsafeBase: text.utf8Start, count: text.utf8CodeUnitCount)
    }

    public var isEmpty: Bool { count == 0 }

    /// The address, for a C call that takes a pointer and a length. Nil for some empty windows.
    public var unsafeBase: UnsafePointer<UInt8>? { unsafe base }

    public subscript(index: Int) -> UInt8 {
        precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "index inside the window")
        return unsafe base.unsafelyUnwrapped[index]
    }

    /// The bytes of a range that was made for this window; a range outside it is a broken invariant of ours.
    public subscript(range: ByteRange) -> Bytes {
        self[Int(range.offset), count: Int(range.count)]
    }

    public subscript(offset: Int, count length: Int) -> Bytes {
        precondition(
            offset >= 0 && length >= 0 && offset <= count && length <= count - offset, "range in the window")
        guard length > 0 else { return Bytes() }
        return unsafe Bytes(unsafeBase: base.unsafelyUnwrapped + offset, count: length)
    }

    public func dropFirst(_ length: Int) -> Bytes {
        let dropped = Swift.min(length, count)
        return self[dropped, count: count - dropped]
    }

    public func prefix(_ length: Int) -> Bytes { self[0, count: Swift.min(length, count)] }

    /// Index of the first `byte` at or after `start`, by `memchr`.
    public func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
        guard start >= 0, start < count, let base = unsafe base else { return nil }
        guard let found = unsafe memchr(base + start, Int32(byte), count - start) else { return nil }
        return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }

    public func lastIndex(of byte: UInt8) -> Int? {
        var index = count
        while index > 0 {
            index &-= 1
            if self[index] == byte { return index }
        }
        return nil
    }

    /// Equality of content. Not constant time: secrets are compared by `Cryptography.constantTimeEqual`.
    public func elementsEqual(_ other: Bytes) -> Bool {
        guard count == other.count else { return false }
        guard count > 0 else { return true }
        return unsafe memcmp(base.unsafelyUnwrapped, other.base.unsafelyUnwrapped, count) == 0
    }

    public func elementsEqual(_ text: StaticString) -> Bool { elementsEqual(Bytes(text)) }

    public func hasPrefix(_ other: Bytes) -> Bool {
        count >= other.count && prefix(other.count).elementsEqual(other)
    }

    public func hasPrefix(_ text: StaticString) -> Bool { hasPrefix(Bytes(text)) }

    public func hasSuffix(_ other: Bytes) -> Bool {
        count >= other.count && dropFirst(count - other.count).elementsEqual(other)
    }

    /// Equality with ASCII letters of either case taken as equal. Eight bytes a step: field names are compared often.
    public func equalsIgnoringASCIICase(_ other: Bytes) -> Bool {
        guard count == other.count else { return false }
        guard count >= 8, let left = unsafe UnsafeRawPointer(base),
            let right = unsafe UnsafeRawPointer(other.base)
        else { return equalsIgnoringASCIICaseBytewise(other) }
        var index = 0
        while true {
            // In bounds: index + 8 <= count. The last step overlaps the one before it.
            let a = unsafe left.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let b = unsafe right.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            if a != b, !Self.equalIgnoringCase(a, b) { return false }
            if index &+ 8 == count { return true }
            index = Swift.min(index &+ 8, count &- 8)
        }
    }

    /// Whether two words differ only in the case bit of letters.
    private static func equalIgnoringCase(_ a: UInt64, _ b: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let folded = (a | (ones &* 0x20)) & (ones &* 0x7F)
        // Bit 7 of each byte: at least `a`, at most `z`, and ASCII.
        let letters = (folded &+ (ones &* 0x1F)) & ~(folded &+ (ones &* 0x05)) & ~a & (ones &* 0x80)
        return (a ^ b) & ~(letters >> 2) == 0
    }

    private func equalsIgnoringASCIICaseBytewise(_ other: Bytes) -> Bool {
        var index = 0
        while index < count {
            if ASCII.lowercased(self[index]) != ASCII.lowercased(other[index]) { return false }
            index &+= 1
        }
        return true
    }

    public func equalsIgnoringASCIICase(_ text: StaticString) -> Bool {
        equalsIgnoringASCIICase(Bytes(text))
    }

    /// Order by bytes, then by length.
    public func isLess(than other: Bytes) -> Bool {
        let shared = Swift.min(count, other.count)
        if shared > 0 {
            let order = unsafe memcmp(base.unsafelyUnwrapped, other.base.unsafelyUnwrapped, shared)
            if order != 0 { return order < 0 }
        }
        return count < other.count
    }

    /// Linear white space (SP, HTAB) taken off both ends.
    public var trimmingBlanks: Bytes {
        var start = 0
        var end = count
        while start < end, self[start] == ASCII.space || self[start] == ASCII.tab { start &+= 1 }
        while end > start, self[end &- 1] == ASCII.space || self[end &- 1] == ASCII.tab { end &-= 1 }
        return self[start, count: end - start]
    }

    /// Value of decimal digits only. Nil when empty, when any other byte is in it, or past `UInt64.max`.
    public var decimalValue: UInt64? {
        guard count > 0 else { return nil }
        var value: UInt64 = 0
        var index = 0
        while index < count {
            guard let digit = ASCII.digitValue(self[index]) else { return nil }
            let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
            let (next, carry) = shifted.addingReportingOverflow(UInt64(digit))
            if overflow || carry { return nil }
            value = next
            index &+= 1
        }
        return value
    }

    /// A copy, for configuration and for tests. Never on the request path.
    public var array: [UInt8] {
        guard let base = unsafe base else { return [] }
        return unsafe Array(UnsafeBufferPointer(start: base, count: count))
    }

    /// A copy as text, invalid UTF-8 repaired. Never on the request path.
    public var text: String { String(decoding: array, as: UTF8.self) }
}

extension Array<UInt8> {
    /// Lends the array's bytes to `body`; the window dies with the call.
    public func withBytes<Result, Failure: Error>(
        _ body: (Bytes) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe withUnsafeBufferPointer { (buffer) throws(Failure) -> Result in
            try unsafe body(Bytes(unsafeBase: buffer.baseAddress, count: buffer.count))
        }
    }
}
