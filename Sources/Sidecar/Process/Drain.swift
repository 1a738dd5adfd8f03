import MeshModel
import Substrate

/// The way of a process out, as a value: it is asked with the time and with what is seen of the workers.
///
///     announced ──period──▶ leaving ──nobody accepts──▶ closing ──listeners closed, nobody there──▶ over
///                                └──────────────────── grace ────────────────────────────────────▶ over
struct Drain: Equatable {
    /// How long new connections are let in, unless `--drain` says otherwise.
    static let defaultPeriod = TimeSpan.seconds(5)
    /// Longest `--drain`.
    static let maxPeriod = TimeSpan.seconds(3600)
    /// Time for requests under way once listeners are closed.
    static let graceNanoseconds: UInt64 = 5_000_000_000

    /// What is to be done.
    enum Action: Equatable {
        /// Workers accept no more, and close what is idle.
        case leave
        /// Nobody shall wait in a backlog.
        case closeListeners
        case end
    }

    /// What is seen of the other threads.
    struct Sight {
        var workersHaveLeft: Bool
        var listenersAreClosed: Bool
        var hasConnections: Bool
    }

    private enum Phase { case announced, leaving, closing, over }

    /// Listeners close.
    let bound: MonotonicTime
    /// Whatever is under way then is cut off.
    let deadline: MonotonicTime
    private var phase = Phase.announced

    init(at now: MonotonicTime, period: TimeSpan) {
        bound = now.adding(nanoseconds: min(period, Self.maxPeriod).nanoseconds)
        deadline = bound.adding(nanoseconds: Self.graceNanoseconds)
    }

    /// The next thing to do now. Asked until nil.
    mutating func next(at now: MonotonicTime, seeing sight: Sight) -> Action? {
        if phase != .over, now >= deadline {
            phase = .over
            return .end
        }
        switch phase {
        case .announced where now >= bound:
            phase = .leaving
            return .leave
        case .leaving where sight.workersHaveLeft:
            phase = .closing
            return .closeListeners
        // In this order: who waited in a backlog is under way once the listeners are closed.
        case .closing where sight.listenersAreClosed && !sight.hasConnections:
            phase = .over
            return .end
        case .announced, .leaving, .closing, .over:
            return nil
        }
    }

    /// When to ask again.
    func nanosecondsToNextLook(at now: MonotonicTime, interval: UInt64) -> UInt64 {
        phase == .announced ? max(1, bound.nanoseconds(since: now)) : interval
    }

    /// What an operator is told.
    func reading(at now: MonotonicTime) -> DrainReading {
        DrainReading(
            acceptsForNanoseconds: bound.nanoseconds(since: now),
            endsWithinNanoseconds: deadline.nanoseconds(since: now))
    }
}

/// How far a drain is.
struct DrainReading: Equatable {
    /// Until listeners close; 0 behind that.
    var acceptsForNanoseconds: UInt64
    /// Until the process has ended at the latest.
    var endsWithinNanoseconds: UInt64
}
