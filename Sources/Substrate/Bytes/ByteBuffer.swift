import Glibc

/// Owns bytes that wait: appended at the end, consumed from the front. Memory is asked for on first use and given
/// back by `releaseStorage()` or with the value.
///
/// Appending never fails short of memory: whoever appends checks a limit first.
@safe public struct ByteBuffer: ~Copyable {
    // Seen by the inlined appends.
    @usableFromInline var storage: UnsafeMutablePointer<UInt8>?
    @usableFromInline var space: Int
    fileprivate var start: Int
    @usableFromInline var end: Int

    public init() {
        unsafe storage = nil
        space = 0
        start = 0
        end = 0
    }

    public init(capacity: Int) {
        self.init()
        reserve(capacity)
    }

    deinit { unsafe free(storage) }

    public var capacity: Int { space }
    public var count: Int { end &- start }
    public var isEmpty: Bool { start == end }

    /// What has been appended and not consumed. Dies with the next mutation.
    public var bytes: Bytes {
        guard let storage = unsafe storage else { return Bytes() }
        return unsafe Bytes(unsafeBase: storage + start, count: end &- start)
    }

    /// Makes sure that `additional` bytes can be appended without another allocation.
    @inlinable
    public mutating func reserve(_ additional: Int) {
        if space &- end < additional { makeRoom(additional) }
    }

    @inline(never)
    @usableFromInline mutating func makeRoom(_ additional: Int) {
        let live = count
        // Moving costs at most four bytes for each one consumed; with less consumed the buffer grows instead.
        if start &* 4 >= live, start > 0, capacity - live >= additional {
            if live > 0, let storage = unsafe storage { unsafe memmove(storage, storage + start, live) }
            start = 0
            end = live
            return
        }
        // Doubling keeps appends cheap; who asks for more than that gets what was asked for.
        let wanted = Swift.max(256, capacity * 2, (live + additional + 63) & ~63)
        guard let fresh = unsafe malloc(wanted) else {
            fatalError("out of memory for a buffer of \(wanted) bytes")
        }
        let bytes = unsafe fresh.assumingMemoryBound(to: UInt8.self)
        if live > 0, let storage = unsafe storage { unsafe memcpy(bytes, storage + start, live) }
        unsafe free(storage)
        unsafe storage = bytes
        space = wanted
        start = 0
        end = live
    }

    public mutating func append(_ bytes: Bytes) {
        let length = bytes.count
        guard length > 0, let source = unsafe bytes.unsafeBase else { return }
        reserve(length)
        unsafe memcpy(storage.unsafelyUnwrapped + end, source, length)
        end &+= length
    }

    /// Inlined, so that the length is a constant and the copy a few moves.
    @inlinable @inline(__always)
    public mutating func append(_ text: StaticString) {
        let length = text.utf8CodeUnitCount
        reserve(length)
        unsafe (storage.unsafelyUnwrapped + end).update(from: text.utf8Start, count: length)
        end &+= length
    }

    @inlinable
    public mutating func append(_ byte: UInt8) {
        reserve(1)
        unsafe storage.unsafelyUnwrapped[end] = byte
        end &+= 1
    }

    /// Decimal digits of `value`, no sign, no padding.
    public mutating func append(decimal value: UInt64) {
        if value < 10 { return append(0x30 &+ UInt8(truncatingIfNeeded: value)) }
        reserve(20)
        var digits = 1
        var rest = value
        while rest >= 10 {
            rest /= 10
            digits &+= 1
        }
        rest = value
        var index = end &+ digits
        repeat {
            index &-= 1
            unsafe storage.unsafelyUnwrapped[index] = 0x30 &+ UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        end &+= digits
    }

    /// `value` as exactly 16 lower-case hexadecimal digits.
    public mutating func append(hex16 value: UInt64) {
        reserve(16)
        var shift: UInt64 = 64
        var index = end
        while shift > 0 {
            shift &-= 4
            unsafe storage.unsafelyUnwrapped[index] = ASCII.hexDigit(
                UInt8(truncatingIfNeeded: value >> shift))
            index &+= 1
        }
        end &+= 16
    }

    /// `value` in hexadecimal without leading zeros: a chunk size.
    public mutating func append(hex value: UInt64) {
        var shift = UInt64(Swift.max(0, 15 &- value.leadingZeroBitCount / 4)) &* 4
        reserve(16)
        while true {
            unsafe storage.unsafelyUnwrapped[end] = ASCII.hexDigit(UInt8(truncatingIfNeeded: value >> shift))
            end &+= 1
            if shift == 0 { break }
            shift &-= 4
        }
    }

    /// Not on the request path.
    public mutating func append(text: String) {
        var copy = text
        copy.withUTF8 { buffer in
            unsafe append(Bytes(unsafeBase: buffer.baseAddress, count: buffer.count))
        }
    }

    /// Overwrites `bytes.count` bytes at `offset` from the front: a length known only after its content.
    public mutating func overwrite(at offset: Int, with bytes: Bytes) {
        precondition(offset >= 0 && bytes.count <= count - offset, "overwrite inside the buffer")
        guard bytes.count > 0, let source = unsafe bytes.unsafeBase else { return }
        unsafe memcpy(storage.unsafelyUnwrapped + start + offset, source, bytes.count)
    }

    /// Room of at least `minimum` bytes behind the content, for a C call that fills it; then `commit`.
    public mutating func unsafeSpare(minimum: Int) -> UnsafeMutableBufferPointer<UInt8> {
        reserve(minimum)
        return unsafe UnsafeMutableBufferPointer(
            start: storage.unsafelyUnwrapped + end, count: capacity &- end)
    }

    /// Says that the first `length` bytes of the spare room are content now.
    public mutating func commit(_ length: Int) {
        precondition(length >= 0 && length <= capacity &- end, "commit inside the spare room")
        end &+= length
    }

    public mutating func consume(_ length: Int) {
        precondition(length >= 0 && length <= count, "consume what is there")
        start &+= length
        if start == end {
            start = 0
            end = 0
        }
    }

    /// Drops everything behind the first `length` bytes.
    public mutating func truncate(to length: Int) {
        precondition(length >= 0 && length <= count, "truncate to what is there")
        end = start &+ length
    }

    public mutating func removeAll() {
        start = 0
        end = 0
    }

    /// Empties the buffer and gives its memory back.
    public mutating func releaseStorage() {
        unsafe free(storage)
        unsafe storage = nil
        space = 0
        start = 0
        end = 0
    }
}
