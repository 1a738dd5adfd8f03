public import Cryptography
public import HTTPWire
import Substrate

/// How connections of one listener are served.
public struct ListenerOptions {
    public var tls: TLSServerContext?
    public var limits: HTTP1Limits
    /// From accept, or from the first byte of a request on a kept connection, to the end of its head.
    public var headTimeoutNanoseconds: UInt64
    public var idleTimeoutNanoseconds: UInt64
    public var progress: ProgressRule

    public init(
        tls: TLSServerContext?, limits: HTTP1Limits, headTimeoutNanoseconds: UInt64,
        idleTimeoutNanoseconds: UInt64, progress: ProgressRule = ProgressRule()
    ) {
        self.tls = tls
        self.limits = limits
        self.headTimeoutNanoseconds = headTimeoutNanoseconds
        self.idleTimeoutNanoseconds = idleTimeoutNanoseconds
        self.progress = progress
    }
}
