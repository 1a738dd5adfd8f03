/// The labels of one series of `outrigger_requests_total`, as the numbers that the identity registry gave the names.
///
/// 0 is "none" for service, route and tenant; `.max` is reserved for `_other`.
public struct RequestSeries: BitwiseCopyable, Hashable, Sendable {
    public var direction: Direction
    public var service: UInt32
    public var route: UInt32
    public var tenant: UInt32
    /// Answered; 0 where no answer could be given.
    public var status: UInt16

    public init(direction: Direction, service: UInt32, route: UInt32, tenant: UInt32, status: UInt16) {
        self.direction = direction
        self.service = service
        self.route = route
        self.tenant = tenant
        self.status = status
    }

    init(_ key: SeriesKey) {
        direction = Direction(rawValue: UInt8(truncatingIfNeeded: key.low)) ?? .edge
        service = UInt32(truncatingIfNeeded: key.high >> 32)
        route = UInt32(truncatingIfNeeded: key.high)
        tenant = UInt32(truncatingIfNeeded: key.low >> 32)
        status = UInt16(truncatingIfNeeded: key.low >> 8)
    }

    var key: SeriesKey {
        SeriesKey(
            high: UInt64(service) << 32 | UInt64(route),
            low: UInt64(tenant) << 32 | UInt64(status) << 8 | UInt64(direction.rawValue))
    }

    /// Where requests of this direction are counted when no further series may be made.
    static func other(_ direction: Direction) -> RequestSeries {
        RequestSeries(direction: direction, service: .max, route: .max, tenant: .max, status: .max)
    }
}
