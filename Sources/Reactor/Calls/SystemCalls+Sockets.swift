extension SystemCalls {
    /// A non-blocking, close-on-exec stream socket. The corresponding C function is `socket`.
    public func socket(_ family: SocketAddress.Family) -> Int {
        unsafe table.pointee.socket(context, Int32(family.rawValue))
    }

    public func bind(_ fd: FileDescriptor, _ address: SocketAddress) -> Int {
        unsafe address.withUnsafeSockaddr { raw, length in unsafe table.pointee.bind(context, fd, raw, length)
        }
    }

    public func listen(_ fd: FileDescriptor, backlog: Int32) -> Int {
        unsafe table.pointee.listen(context, fd, backlog)
    }

    /// The corresponding C function is `accept4` with `SOCK_NONBLOCK | SOCK_CLOEXEC`.
    public func accept(_ fd: FileDescriptor, peer: inout SocketAddress) -> Int {
        unsafe peer.receiveUnsafeSockaddr { raw, length in
            unsafe table.pointee.accept(context, fd, raw, length)
        }
    }

    public func connect(_ fd: FileDescriptor, _ address: SocketAddress) -> Int {
        unsafe address.withUnsafeSockaddr { raw, length in
            unsafe table.pointee.connect(context, fd, raw, length)
        }
    }

    /// Takes the socket's pending error, nil for none. The corresponding C function is `getsockopt(SO_ERROR)`.
    public func takeError(_ fd: FileDescriptor) -> SystemError? {
        let result = unsafe table.pointee.socketError(context, fd)
        return result == 0 ? nil : SystemError(code: Int32(truncatingIfNeeded: abs(result)))
    }

    @discardableResult
    public func setOption(_ fd: FileDescriptor, _ option: SocketOption, _ value: Int32) -> Int {
        unsafe table.pointee.setOption(context, fd, option.rawValue, value)
    }

    /// Bytes that the peer's kernel has acknowledged since it connected, whatever waits in ours. −errno where the kernel does
    /// not know: over a Unix socket.
    public func acknowledgedBytes(_ fd: FileDescriptor) -> Int {
        unsafe table.pointee.acknowledgedBytes(context, fd)
    }

    public func peerName(_ fd: FileDescriptor, _ address: inout SocketAddress) -> Int {
        unsafe address.receiveUnsafeSockaddr { raw, length in
            unsafe table.pointee.peerName(context, fd, raw, length)
        }
    }

    public func localName(_ fd: FileDescriptor, _ address: inout SocketAddress) -> Int {
        unsafe address.receiveUnsafeSockaddr { raw, length in
            unsafe table.pointee.localName(context, fd, raw, length)
        }
    }

    @discardableResult
    public func shutdown(_ fd: FileDescriptor, _ direction: ShutdownDirection) -> Int {
        unsafe table.pointee.shutdown(context, fd, direction.rawValue)
    }

    /// Never retried: Linux frees the descriptor whatever it answers.
    @discardableResult
    public func close(_ fd: FileDescriptor) -> Int { unsafe table.pointee.close(context, fd) }

    /// Removes a file; for stale Unix sockets. Not on the request path.
    public func unlink(path: String) -> Int {
        unsafe path.withCString { text in unsafe table.pointee.unlink(context, text) }
    }
}

/// Which half of a connection ends. Raw values are C's `SHUT_…`.
public enum ShutdownDirection: Int32, Sendable, BitwiseCopyable {
    case read = 0
    case write = 1
    case both = 2
}
