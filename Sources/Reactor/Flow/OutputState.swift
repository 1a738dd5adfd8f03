/// Whether a watched connection may take bytes: the writing half of edge triggering.
///
/// Writing is tried first and waited for only when the kernel has refused: then, and only then, an edge will come.
public struct OutputState: BitwiseCopyable, Equatable, Sendable {
    /// A write may be taken.
    public private(set) var mayHaveRoom: Bool

    /// - Parameter isConnected: false for a connect in progress, whose end is signalled as room.
    public init(isConnected: Bool = true) { mayHaveRoom = isConnected }

    public mutating func signalled(_ readiness: Readiness) {
        if !readiness.isDisjoint(with: [.out, .hup, .err]) { mayHaveRoom = true }
    }

    /// A write of `offered` bytes had `count` taken. A short one has filled the socket.
    public mutating func didWrite(count: Int, offered: Int) {
        if count < offered { mayHaveRoom = false }
    }

    /// A write answered EAGAIN.
    public mutating func didBlock() { mayHaveRoom = false }
}
