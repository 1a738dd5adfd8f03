import Synchronization

/// Where one worker's transport counts, for other threads to read while it works, or while it is stuck.
///
/// Lives as long as anybody holds it, the transport among them.
public final class TrafficBoard: Sendable {
    /// By listener number. The lock is taken when a listener is added, and by readers; never for a request.
    private let listeners = Mutex<[SharedTraffic]>([])
    let upstreamTraffic = SharedTraffic()
    let published = PublishedCounters()

    init() {}

    deinit {
        upstreamTraffic.deallocate()
        published.deallocate()
        listeners.withLock { for traffic in $0 { traffic.deallocate() } }
    }

    // MARK: Any thread

    /// Connections of each listener since it was first served, by number.
    public var listenerTraffic: [TrafficCounters] { listeners.withLock { $0.map { $0.snapshot } } }

    /// Connections to endpoints.
    public var upstream: TrafficCounters { upstreamTraffic.snapshot }

    /// Of those, the ones that wait in pools.
    public var pooledConnections: UInt64 { upstreamTraffic.pooledConnections }

    /// What the transport counts by itself, as it was at the end of the loop's last turn.
    public var counters: TransportCounters { published.value }

    // MARK: The loop's thread

    func addListener() -> SharedTraffic {
        let traffic = SharedTraffic()
        listeners.withLock { $0.append(traffic) }
        return traffic
    }
}
