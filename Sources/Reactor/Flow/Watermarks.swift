/// How many unsent bytes stop the source, and how few let it go on.
///
///     flowing ──waiting ≥ high──▶ stopped ──waiting ≤ low──▶ flowing
///
/// The gap keeps a slow reader from switching its source on and off with every packet.
public struct Watermarks: BitwiseCopyable, Equatable, Sendable {
    /// 64 KiB: about what one socket buffer takes at once.
    public static var highWatermarkBytes: Int { 64 * 1024 }
    /// 16 KiB: one TLS record, so that a source starts again before its peer runs dry.
    public static var lowWatermarkBytes: Int { 16 * 1024 }

    public private(set) var highBytes: Int
    public private(set) var lowBytes: Int
    public private(set) var isStopped = false

    public init(
        highBytes: Int = Watermarks.highWatermarkBytes, lowBytes: Int = Watermarks.lowWatermarkBytes
    ) {
        precondition(lowBytes >= 0 && lowBytes < highBytes, "the low mark lies below the high one")
        self.highBytes = highBytes
        self.lowBytes = lowBytes
    }

    /// What the driver does to the source.
    public enum OnChange: Equatable, Sendable { case nothing, stopSource, startSource }

    /// The number of unsent bytes is now `waitingBytes`.
    public mutating func changed(waitingBytes: Int) -> OnChange {
        if isStopped {
            guard waitingBytes <= lowBytes else { return .nothing }
            isStopped = false
            return .startSource
        }
        guard waitingBytes >= highBytes else { return .nothing }
        isStopped = true
        return .stopSource
    }
}
