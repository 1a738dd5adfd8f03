public import Substrate

/// What is known of one request: a plain value kept beside its exchange. Indexes are those of the snapshot that
/// decided the head; they mean nothing in another one.
public struct RequestState: BitwiseCopyable, Sendable {
    /// Where the tenant's name is to be read; see `PolicyTables.tenantName`.
    public enum TenantName: UInt8, BitwiseCopyable, Sendable {
        case none
        /// `tenant` is its index.
        case known
        /// A tenant that this configuration does not hold, asserted by a trusted peer: `tenantText` of the head.
        case asserted
        /// A tenant that this configuration does not hold, proven by the peer's certificate: `tenantText` of its ID.
        case proven
    }

    /// Most parameters of a path template.
    public static var maxParameters: Int { 8 }

    /// Index in `listeners`.
    public var listener: UInt16
    /// Index in `routes`; always set once the verdict is not a refusal, at inbound and outbound with an implicit one.
    public var route: Int32 = -1
    /// The match of that route, or -1 for an implicit route.
    public var match: Int32 = -1
    /// Index in `services`.
    public var service: Int32 = -1
    /// The tenant whose request this is, by evidence, else by an uncontradicted claim. -1 for none, and for one that
    /// this configuration does not hold: see `tenantName`.
    public var tenant: Int32 = -1
    /// The tenant that credentials prove. Only what is proven spends a tenant's quota.
    public var evidenceTenant: Int32 = -1
    /// The tenant that host or route name.
    public var claimedTenant: Int32 = -1
    /// Index in `channels`, where one channel is named by all items of a delivery.
    public var channel: Int32 = -1
    /// Index in `webhooks`, on routes that need one.
    public var webhook: Int32 = -1
    public var tenantName = TenantName.none
    public var tenantText = ByteRange()
    public var parameterCount: UInt8 = 0
    /// Values of the template's parameters, as they stand in the head's arena.
    public var parameters = InlineArray<8, ByteRange>(repeating: ByteRange())
    /// Uniform random bits by which one of several weighted backends is taken.
    public var entropy: UInt64

    /// - Parameters:
    ///   - listener: index of the listener that accepted the connection.
    ///   - entropy: from the worker's `RandomSource`; 0 always takes the first backend.
    public init(listener: UInt16, entropy: UInt64 = 0) {
        self.listener = listener
        self.entropy = entropy
    }
}
