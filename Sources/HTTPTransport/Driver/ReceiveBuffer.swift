import Substrate

/// A worker's one place to receive into. What is in it dies with the next receive.
@safe struct ReceiveBuffer: ~Copyable {
    // Ownership: allocated and freed with this value.
    private let base: UnsafeMutablePointer<UInt8>
    let capacity: Int

    init(capacity: Int) {
        unsafe base = .allocate(capacity: capacity)
        self.capacity = capacity
    }

    deinit { unsafe base.deallocate() }

    func bytes(count: Int) -> Bytes {
        precondition(count <= capacity, "inside the receive buffer")
        return unsafe Bytes(unsafeBase: base, count: count)
    }

    /// Room behind the first `offset` bytes.
    func unsafeRoom(from offset: Int) -> UnsafeMutableRawPointer {
        precondition(offset >= 0 && offset <= capacity, "inside the receive buffer")
        return unsafe UnsafeMutableRawPointer(base + offset)
    }

    /// The same, with its length.
    func unsafeSpace(from offset: Int) -> UnsafeMutableBufferPointer<UInt8> {
        precondition(offset >= 0 && offset <= capacity, "inside the receive buffer")
        return unsafe UnsafeMutableBufferPointer(start: base + offset, count: capacity - offset)
    }

    /// Puts `bytes` at the front.
    func fill(_ bytes: Bytes) {
        precondition(bytes.count <= capacity, "inside the receive buffer")
        if let source = unsafe bytes.unsafeBase, bytes.count > 0 {
            unsafe base.update(from: source, count: bytes.count)
        }
    }
}
