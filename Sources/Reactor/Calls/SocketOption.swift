/// What can be set on a socket. Raw values are this table's own, not the kernel's.
public enum SocketOption: Int32, Sendable, BitwiseCopyable {
    /// `TCP_NODELAY`: what is written leaves at once.
    case noDelay = 1
    /// `SO_REUSEADDR`: a restarted process gets its port back while old connections linger.
    case reuseAddress = 2
    /// `SO_KEEPALIVE`.
    case keepAlive = 3
    /// `TCP_KEEPIDLE`: seconds of silence before the first probe.
    case keepAliveIdleSeconds = 4
    /// `TCP_KEEPINTVL`: seconds between probes.
    case keepAliveIntervalSeconds = 5
    /// `TCP_KEEPCNT`: unanswered probes after which the connection is dead.
    case keepAliveProbes = 6
    /// `SO_LINGER` with time 0: closing sends RST and drops what is unsent.
    case resetOnClose = 7
    /// `SO_RCVBUF`. The kernel doubles it.
    case receiveBufferBytes = 8
    /// `SO_SNDBUF`. The kernel doubles it.
    case sendBufferBytes = 9
    /// `IPV6_V6ONLY`.
    case ipv6Only = 10
    /// `TCP_USER_TIMEOUT`: milliseconds that sent bytes may stay unacknowledged.
    case userTimeoutMilliseconds = 11
    /// `TCP_CONGESTION`: the plainest control that every kernel has, for a connection that crosses no network.
    case plainCongestionControl = 12
    /// `SO_ATTACH_FILTER`: a listening TCP socket leaves new connections unanswered, for good; handshakes that have begun
    /// still end. The value means nothing.
    case refuseConnections = 13
}
