public import Substrate

/// One worker's choice of endpoints: power of two choices over peak EWMA, or smooth weighted round robin.
///
/// Keyed by the registry's endpoint numbers, so that what was learned outlives a change of configuration.
public struct Balancer: ~Copyable {
    /// Owned: freed in `deinit` and when it grows.
    private var loads = FlatTable<EndpointLoad>()

    public init() {}

    deinit { loads.deallocate() }

    /// Makes room for all endpoints that a snapshot may name. Called when a snapshot becomes current, never on the
    /// request path.
    ///
    /// - Parameters:
    ///   - endpoints: `IdentityRegistry.endpointCount`, taken after the snapshot was compiled.
    ///   - services: `IdentityRegistry.serviceCount`.
    public mutating func prepare(endpoints: Int, services: Int) {
        guard endpoints > loads.count else { return }
        let fresh = FlatTable(repeating: EndpointLoad(), count: max(endpoints, loads.count * 2))
        for index in 0..<loads.count { fresh[index] = loads[index] }
        loads.deallocate()
        loads = fresh
    }

    /// Chooses where a request goes.
    ///
    /// - Parameters:
    ///   - service: index in `tables.services`.
    ///   - excluding: index in `tables.endpoints` that must not be taken, or -1.
    /// - Returns: index in `tables.endpoints`, or -1 when there is none to take.
    public mutating func pick(
        service: Int, tables: PolicyTables, excluding: Int32 = -1, random: inout RandomSource,
        now: MonotonicTime
    ) -> Int32 {
        let service = tables.services[service]
        let isInside = service.endpoints.indices.contains(Int(excluding))
        let choice = EndpointChoice(
            endpoints: tables.endpoints, service: service, excluded: isInside ? excluding : -1)
        switch choice.count {
        case 0: return -1
        case 1: return choice.only
        default: break
        }
        switch service.balancing {
        case .peakEWMA: return pickFaster(choice, random: &random, now: now)
        case .roundRobin: return pickNext(choice)
        }
    }

    private mutating func pickFaster(
        _ choice: EndpointChoice, random: inout RandomSource, now: MonotonicTime
    ) -> Int32 {
        let (first, second) = choice.drawTwo(&random)
        if first == second { return first }
        let firstCost = cost(of: first, choice, now: now)
        let secondCost = cost(of: second, choice, now: now)
        return secondCost < firstCost ? second : first
    }

    /// Time to an answer times the requests that it would share the endpoint with, counted per share of traffic: an
    /// endpoint of twice the weight may hold twice as many.
    private mutating func cost(of index: Int32, _ choice: EndpointChoice, now: MonotonicTime) -> Double {
        let endpoint = choice.endpoints[Int(index)]
        let id = Int(endpoint.id)
        guard id < loads.count else { return EndpointLoad.defaultNanoseconds }
        loads[id].see(at: now)
        let active = Double(loads[id].active) * choice.loadFactor(of: endpoint)
        return loads[id].averageNanoseconds(at: now) * (active + 1)
    }

    /// Smooth weighted round robin as nginx has it: each earns its weight, the richest pays for all.
    private mutating func pickNext(_ choice: EndpointChoice) -> Int32 {
        var best: Int32 = -1
        var bestCredit = Int64.min
        var total: Int64 = 0
        for index in choice.service.endpoints.indices where Int32(index) != choice.excluded {
            let endpoint = choice.endpoints[index]
            let id = Int(endpoint.id)
            guard id < loads.count else { continue }
            let weight = Int64(endpoint.weight)
            loads[id].credit &+= weight
            total &+= weight
            if loads[id].credit > bestCredit {
                bestCredit = loads[id].credit
                best = Int32(index)
            }
        }
        guard best >= 0 else { return choice.only }
        loads[Int(choice.endpoints[Int(best)].id)].credit &-= total
        return best
    }

    // MARK: What became of it

    /// A request was sent to the endpoint.
    public mutating func started(_ endpointID: UInt32) {
        guard Int(endpointID) < loads.count else { return }
        loads[Int(endpointID)].active &+= 1
        loads[Int(endpointID)].requests &+= 1
    }

    /// A request ended.
    ///
    /// - Parameter responseNanoseconds: from the request to the first byte of its answer; nil when the endpoint failed,
    ///   which counts as a very slow answer.
    public mutating func finished(
        _ endpointID: UInt32, responseNanoseconds: UInt64?, now: MonotonicTime
    ) {
        guard Int(endpointID) < loads.count else { return }
        let id = Int(endpointID)
        if loads[id].active > 0 { loads[id].active &-= 1 }
        if responseNanoseconds == nil { loads[id].failures &+= 1 }
        loads[id].add(
            sample: responseNanoseconds.map { Double($0) } ?? EndpointLoad.failurePenaltyNanoseconds, at: now)
    }

    /// A request ended for a reason that says nothing of the endpoint: the client went away.
    public mutating func abandoned(_ endpointID: UInt32) {
        guard Int(endpointID) < loads.count else { return }
        if loads[Int(endpointID)].active > 0 { loads[Int(endpointID)].active &-= 1 }
    }

    /// What is known of an endpoint, for `/clusters`.
    public func load(of endpointID: UInt32) -> EndpointLoad {
        Int(endpointID) < loads.count ? loads[Int(endpointID)] : EndpointLoad()
    }
}
