import MeshModel
import Substrate

/// What a `POST /tap` asks for.
struct TapOrder: Sendable, Equatable {
    /// Longest that a tap may run, and how long it runs unless told.
    static let maxNanoseconds: UInt64 = 300_000_000_000
    static let defaultNanoseconds: UInt64 = 30_000_000_000
    /// Most events of one tap, and how many unless told.
    static let maxEvents = 100_000
    static let defaultEvents = 10_000
    /// Most events in a second, of all workers together, and how many unless told.
    static let maxEventsPerSecond = 1_000
    static let defaultEventsPerSecond = 100

    var filter = TapFilter()
    var nanoseconds = Self.defaultNanoseconds
    var events = Self.defaultEvents
    var eventsPerSecond = Self.defaultEventsPerSecond

    private static let parameters: [StaticString] = [
        "for", "max", "rate", "listener", "route", "service", "tenant", "reason", "status", "minDuration",
    ]

    init(query: Bytes) throws(AdminRefusal) {
        let query = try AdminQuery(query, known: Self.parameters)
        filter.listener = query["listener"].map { Array($0.utf8) }
        filter.route = query["route"].map { Array($0.utf8) }
        filter.service = query["service"].map { Array($0.utf8) }
        filter.tenant = query["tenant"].map { Array($0.utf8) }
        if let text = query["for"] {
            let span = TimeSpan(parsing: text)?.nanoseconds ?? 0
            guard span > 0, span <= Self.maxNanoseconds else {
                throw AdminRefusal("'for' takes a time up to 5m, as for=30s")
            }
            nanoseconds = span
        }
        if let text = query["minDuration"] {
            guard let span = TimeSpan(parsing: text) else {
                throw AdminRefusal("'minDuration' takes a time, as minDuration=250ms")
            }
            filter.minNanoseconds = span.nanoseconds
        }
        events = try Self.number(query["max"], "max", upTo: Self.maxEvents) ?? events
        eventsPerSecond =
            try Self.number(query["rate"], "rate", upTo: Self.maxEventsPerSecond) ?? eventsPerSecond
        if let text = query["reason"] {
            filter.reason = ReasonCode.allCases.first { $0 != .none && "\($0.code)" == text }
            guard filter.reason != nil else {
                throw AdminRefusal("'reason' takes a reason code, as reason=upstream.timeout")
            }
        }
        if let text = query["status"] { filter.status = try Self.status(text) }
    }

    private static func number(
        _ text: String?, _ name: String, upTo most: Int
    ) throws(AdminRefusal) -> Int? {
        guard let text else { return nil }
        guard text.utf8.allSatisfy(ASCII.isDigit), let number = Int(text), number >= 1, number <= most else {
            throw AdminRefusal("'\(name)' takes a whole number from 1 to \(most)")
        }
        return number
    }

    private static func status(_ text: String) throws(AdminRefusal) -> TapFilter.Status {
        // No answer could be given.
        if text == "none" { return .exactly(0) }
        if text.count == 3, let status = UInt16(text), 100...599 ~= status { return .exactly(status) }
        let digits = Array(text.utf8)
        if text.hasSuffix("xx"), digits.count == 3, let hundreds = ASCII.digitValue(digits[0]),
            1...5 ~= hundreds
        {
            return .hundreds(UInt16(hundreds))
        }
        throw AdminRefusal("'status' takes a status from 100 to 599, a class as 5xx, or none")
    }
}
