import Substrate
import Synchronization

/// How many client connections each worker has: one writer each, read by the others when they place a new one.
public final class WorkerLoads: Sendable {
    private let counts: [Count]

    private final class Count: Sendable {
        let value = Atomic<Int>(0)
    }

    public init(workers: Int) { counts = (0..<workers).map { _ in Count() } }

    public var workers: Int { counts.count }

    public subscript(worker: Int) -> Int { counts[worker].value.load(ordering: .relaxed) }

    /// A connection was given to `worker`, or has left it.
    func add(_ change: Int, to worker: Int) { counts[worker].value.wrappingAdd(change, ordering: .relaxed) }

    /// Gives a connection to the least loaded worker and counts it there. For who accepts and is no worker.
    public func assign() -> Int {
        var best = 0
        for worker in counts.indices where self[worker] < self[best] { best = worker }
        add(1, to: best)
        return best
    }

    /// Up to this many workers, all are looked at; see the decision "placing connections".
    static let maxCompared = 8

    /// The least loaded worker, `own` before others; of very many, the less loaded of `own` and one random other.
    func place(own: Int, random: inout RandomSource) -> Int {
        guard counts.count > 1 else { return own }
        if counts.count <= Self.maxCompared {
            var best = own
            for worker in counts.indices where self[worker] < self[best] { best = worker }
            return best
        }
        let step = 1 + Int(random.next(below: UInt32(counts.count - 1)))
        let other = (own + step) % counts.count
        return self[other] < self[own] ? other : own
    }
}
