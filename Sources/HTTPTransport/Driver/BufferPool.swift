import Substrate

/// Storage for the buffers of connections, handed round so that a busy worker never asks the system for memory and an
/// idle connection holds none.
@safe struct BufferPool: ~Copyable {
    /// Most buffers kept, and the largest that is kept. Larger ones go back to the system.
    static let maxKept = 64
    static let maxKeptBytes = 256 * 1024
    /// Size of a fresh buffer.
    static let freshBytes = 16 * 1024

    // Ownership: this stack owns its slots; the first `count` are initialised.
    private let slots: UnsafeMutablePointer<ByteBuffer>
    private(set) var count = 0

    init() { unsafe slots = .allocate(capacity: Self.maxKept) }

    deinit {
        unsafe slots.deinitialize(count: count)
        unsafe slots.deallocate()
    }

    /// Gives `buffer` storage if it has none.
    mutating func equip(_ buffer: inout ByteBuffer) {
        guard buffer.capacity == 0 else { return }
        if count > 0 {
            count -= 1
            unsafe buffer = (slots + count).move()
        } else {
            buffer.reserve(Self.freshBytes)
        }
    }

    /// Takes the storage of an empty buffer back. What is smaller than a fresh one grew outside the pool, and would only
    /// have to grow again.
    mutating func retire(_ buffer: inout ByteBuffer) {
        guard buffer.capacity > 0, buffer.isEmpty else { return }
        if count < Self.maxKept, (Self.freshBytes...Self.maxKeptBytes).contains(buffer.capacity) {
            var taken = ByteBuffer()
            swap(&taken, &buffer)
            unsafe (slots + count).initialize(to: taken)
            count += 1
        } else {
            buffer.releaseStorage()
        }
    }

    mutating func trim(keep: Int) {
        while count > keep {
            count -= 1
            unsafe (slots + count).deinitialize(count: 1)
        }
    }
}
