import Substrate
import Telemetry

/// Which requests a tap shows: those that everything said here is true of. Nothing said: all.
struct TapFilter: Sendable, Equatable {
    enum Status: Sendable, Equatable {
        case exactly(UInt16)
        case hundreds(UInt16)
    }

    /// Names of the configuration.
    var listener: [UInt8]?
    var route: [UInt8]?
    var service: [UInt8]?
    var tenant: [UInt8]?
    var reason: ReasonCode?
    var status: Status?
    /// It took at least so long.
    var minNanoseconds: UInt64 = 0

    func matches(_ record: AccessLogRecord) -> Bool {
        record.totalNanoseconds >= minNanoseconds && (reason == nil || reason == record.reason)
            && Self.matches(status, record.status) && Self.matches(route, record.route)
            && Self.matches(tenant, record.tenant) && Self.matches(service, record.service)
            && Self.matches(listener, record.listener)
    }

    private static func matches(_ wanted: Status?, _ status: UInt16) -> Bool {
        switch wanted {
        case nil: true
        case .exactly(let exact): status == exact
        case .hundreds(let hundreds): status / 100 == hundreds
        }
    }

    private static func matches(_ wanted: [UInt8]?, _ name: OpenLabel) -> Bool {
        guard let wanted else { return true }
        return wanted.withBytes { $0.elementsEqual(name.bytes) }
    }
}
