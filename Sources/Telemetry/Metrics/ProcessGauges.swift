/// What the kernel says of this process, read by whoever renders. Nil fields are left out.
///
/// Names and units follow Prometheus's client library guidelines for `process_*`.
public struct ProcessGauges: Sendable, Equatable {
    /// User and system time, in nanoseconds.
    public var cpuNanoseconds: UInt64?
    public var residentBytes: UInt64?
    public var virtualBytes: UInt64?
    public var openFileDescriptors: UInt64?
    public var maxFileDescriptors: UInt64?
    public var threads: UInt64?
    /// Since 1970-01-01T00:00:00Z, in nanoseconds.
    public var startNanoseconds: UInt64?

    public init() {}
}
