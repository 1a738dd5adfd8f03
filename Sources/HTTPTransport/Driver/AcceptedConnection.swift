public import Reactor
import Substrate

/// A connection on its way to the worker that will serve it.
public struct AcceptedConnection: Sendable {
    public var descriptor: FileDescriptor
    public var listener: Int32
    public var peer: SocketAddress

    public init(descriptor: FileDescriptor, listener: Int32, peer: SocketAddress) {
        self.descriptor = descriptor
        self.listener = listener
        self.peer = peer
    }
}

/// Where a worker hands connections that another one shall serve. Called from any thread.
public protocol ConnectionSink: AnyObject, Sendable {
    func adopt(_ connection: AcceptedConnection)
}
