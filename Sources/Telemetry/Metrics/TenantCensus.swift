import Synchronization

/// Which tenants have a label value of their own: at most `limit` at a time, for the whole process; first come, first
/// served, and a tenant without a series leaves its place to another.
///
/// Asked once a worker and tenant (`TenantLabels` remembers): never on the path of a series that exists.
final class TenantCensus: Sendable {
    private struct State {
        var named: Set<UInt32> = []
        /// Those of them that had no series at the last review.
        var leaving: Set<UInt32> = []
    }

    private let state = Mutex(State())
    private let changes = Atomic<UInt64>(0)
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// Rises when an answer given earlier may no longer hold.
    var epoch: UInt64 { changes.load(ordering: .acquiring) }

    /// Whether the tenant has a label value of its own; gives it one while there is room.
    func admits(_ tenant: UInt32) -> Bool {
        state.withLock { state in
            if state.named.contains(tenant) {
                state.leaving.remove(tenant)
                return true
            }
            guard state.named.count < limit else { return false }
            state.named.insert(tenant)
            return true
        }
    }

    /// Takes the name from tenants that had no series at two reviews in a row, so that others may have it.
    ///
    /// At the first one every worker is made to ask again before it makes a series for such a tenant, which keeps the
    /// tenant. A worker that had asked just before and makes its series only after the second review is why tenants with
    /// series are named whatever the limit: there may for a time be one more for each worker.
    func review(withSeries tenants: Set<UInt32>) {
        state.withLock { state in
            let absent = state.named.subtracting(tenants)
            state.named.subtract(absent.intersection(state.leaving))
            state.named.formUnion(tenants)
            state.leaving = absent.intersection(state.named)
            if !absent.isEmpty { changes.wrappingAdd(1, ordering: .acquiringAndReleasing) }
        }
    }

    /// Tenants with a name now.
    var count: Int { state.withLock { $0.named.count } }
}
