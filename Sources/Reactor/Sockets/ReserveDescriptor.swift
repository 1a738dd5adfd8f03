/// A descriptor kept open for nothing, to be given up when there is no other left.
@safe public struct ReserveDescriptor: ~Copyable {
    private let calls: SystemCalls
    private var fd: FileDescriptor?

    public init(calls: SystemCalls) {
        self.calls = calls
        refill()
    }

    deinit { if let fd { calls.close(fd) } }

    /// Whether it is there to be given up.
    public var isHeld: Bool { fd != nil }

    /// Takes one waiting connection with the reserve's number, closes it, and takes the reserve again.
    ///
    /// - Returns: whether a connection was shed.
    public mutating func shedOne(from listener: FileDescriptor) -> Bool {
        guard let held = fd else {
            refill()
            return false
        }
        calls.close(held)
        fd = nil
        defer { refill() }
        guard case .accepted(let shed, _) = Sockets.acceptOne(listener, calls: calls) else { return false }
        calls.close(shed)
        return true
    }

    private mutating func refill() {
        let made = calls.eventCreate()
        if made >= 0 { fd = FileDescriptor(made) }
    }
}
