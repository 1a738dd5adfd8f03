/// Opening sockets: the steps that every listener and every connection shares.
public enum Sockets {
    /// Connections that the kernel keeps for a listener that is slow to accept; it cuts the number to its own limit
    /// (`net.core.somaxconn`).
    public static var defaultBacklog: Int32 { 4096 }

    /// Opens a listening socket: non-blocking, close-on-exec, address reused. A Unix path that nobody listens on any
    /// more is replaced.
    ///
    /// - Throws: with the address, the kernel's reason and what would help.
    public static func listen(
        _ address: SocketAddress, calls: SystemCalls, backlog: Int32 = Sockets.defaultBacklog
    ) throws(ReactorError) -> FileDescriptor {
        let made = calls.socket(address.family)
        guard made >= 0 else {
            throw ReactorError(.createSocket, "for \(address)", SystemError(result: made))
        }
        let fd = FileDescriptor(made)
        if address.family != .unix { calls.setOption(fd, .reuseAddress, 1) }
        var bound = calls.bind(fd, address)
        if bound == SystemError.addressInUse.result, address.family == .unix, isStale(address, calls: calls) {
            _ = calls.unlink(path: address.unixPath)
            bound = calls.bind(fd, address)
        }
        guard bound >= 0 else {
            calls.close(fd)
            throw ReactorError(.bind, "\(address)", SystemError(result: bound))
        }
        let listening = calls.listen(fd, backlog: backlog)
        guard listening >= 0 else {
            calls.close(fd)
            throw ReactorError(.listen, "on \(address)", SystemError(result: listening))
        }
        return fd
    }

    /// Whether a Unix socket's file has outlived its listener.
    private static func isStale(_ address: SocketAddress, calls: SystemCalls) -> Bool {
        switch connect(address, calls: calls) {
        case .failed(let error): return error == .connectionRefused
        case .connected(let fd), .inProgress(let fd):
            calls.close(fd)
            return false
        }
    }

    /// How a connect began.
    public enum ConnectResult: Equatable, Sendable, BitwiseCopyable {
        case connected(FileDescriptor)
        /// Readiness `out` ends it; `SystemCalls.takeError` then says how.
        case inProgress(FileDescriptor)
        /// It could not begin; no descriptor is left open.
        case failed(SystemError)
    }

    /// Begins to connect, without `TCP_NODELAY` missing: small writes leave at once.
    public static func connect(_ address: SocketAddress, calls: SystemCalls) -> ConnectResult {
        let made = calls.socket(address.family)
        guard made >= 0 else { return .failed(SystemError(result: made)) }
        let fd = FileDescriptor(made)
        if address.family != .unix { calls.setOption(fd, .noDelay, 1) }
        if address.isLoopback { calls.setOption(fd, .plainCongestionControl, 1) }
        let result = calls.connect(fd, address)
        if result >= 0 { return .connected(fd) }
        if result == SystemError.inProgress.result { return .inProgress(fd) }
        calls.close(fd)
        return .failed(SystemError(result: result))
    }

    /// What one attempt to accept brought.
    public enum AcceptResult: Equatable, Sendable, BitwiseCopyable {
        case accepted(FileDescriptor, peer: SocketAddress)
        case wouldBlock
        /// The process or the machine is out of descriptors or memory: see `ReserveDescriptor`.
        case tooManyFiles
        /// The connection was gone before it could be taken; the next may be fine.
        case aborted
    }

    /// Accepts one connection, with `TCP_NODELAY` where there is TCP.
    public static func acceptOne(_ listener: FileDescriptor, calls: SystemCalls) -> AcceptResult {
        var peer = SocketAddress.unspecified
        let result = calls.accept(listener, peer: &peer)
        if result >= 0 {
            let fd = FileDescriptor(result)
            if peer.family != .unix { calls.setOption(fd, .noDelay, 1) }
            if peer.isLoopback { calls.setOption(fd, .plainCongestionControl, 1) }
            return .accepted(fd, peer: peer)
        }
        switch SystemError(result: result) {
        case .wouldBlock: return .wouldBlock
        case .tooManyFiles, .tooManyFilesInSystem, .noBufferSpace, .outOfMemory: return .tooManyFiles
        // accept(2): on Linux it also passes on errors that the new connection has met already.
        default: return .aborted
        }
    }

    /// Accepts what waits for a listener, at most as many as a backlog holds.
    ///
    /// - Returns: false when descriptors ran out and some may still wait.
    @discardableResult
    public static func acceptWaiting(
        _ listener: FileDescriptor, calls: SystemCalls,
        _ take: (FileDescriptor, _ peer: SocketAddress) -> Void
    ) -> Bool {
        for _ in 0...defaultBacklog {
            switch acceptOne(listener, calls: calls) {
            case .accepted(let fd, let peer): take(fd, peer)
            case .wouldBlock: return true
            case .tooManyFiles: return false
            case .aborted: continue
            }
        }
        return true
    }

    /// Where a socket is bound: for a listener on port 0, the port it was given.
    public static func localAddress(
        of fd: FileDescriptor, calls: SystemCalls
    ) throws(ReactorError) -> SocketAddress {
        var address = SocketAddress.unspecified
        let result = calls.localName(fd, &address)
        guard result >= 0 else { throw ReactorError(.readAddress, "", SystemError(result: result)) }
        return address
    }
}
