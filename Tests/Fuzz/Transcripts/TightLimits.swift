import HTTPWire

extension HTTP1Limits {
    /// Limits that short inputs reach.
    static var tight: HTTP1Limits {
        var limits = HTTP1Limits()
        limits.maxHeadBytes = 128
        limits.maxFields = 6
        limits.maxTargetBytes = 32
        limits.maxChunkHeaderBytes = 12
        limits.maxTrailerBytes = 48
        return limits
    }
}
