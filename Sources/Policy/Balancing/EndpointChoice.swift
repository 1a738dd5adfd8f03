import Substrate

/// The endpoints that one pick may take.
struct EndpointChoice {
    let endpoints: FlatTable<CompiledEndpoint>
    let service: CompiledService
    /// Index of an endpoint of the service, or -1.
    let excluded: Int32

    var count: Int { Int(service.endpoints.count) - (excluded >= 0 ? 1 : 0) }

    /// The first that may be taken, or -1.
    var only: Int32 {
        for index in service.endpoints.indices where Int32(index) != excluded { return Int32(index) }
        return -1
    }

    /// 1 for an endpoint of average weight, less for a heavier one.
    func loadFactor(of endpoint: CompiledEndpoint) -> Double {
        if service.hasEqualWeights { return 1 }
        return Double(service.totalWeight) / (Double(service.endpoints.count) * Double(endpoint.weight))
    }

    /// Two candidates. With equal weights they differ; otherwise each is drawn by its weight, and may be the same, so
    /// that a share of 1 % stays one.
    func drawTwo(_ random: inout RandomSource) -> (Int32, Int32) {
        if !service.hasEqualWeights { return (drawByWeight(&random), drawByWeight(&random)) }
        let first = random.next(below: UInt32(count))
        let other = random.next(below: UInt32(count) - 1)
        return (place(first), place(other < first ? other : other + 1))
    }

    /// The endpoint at a place among those that may be taken.
    private func place(_ number: UInt32) -> Int32 {
        let index = Int32(service.endpoints.start) + Int32(number)
        return excluded >= 0 && index >= excluded ? index + 1 : index
    }

    private func drawByWeight(_ random: inout RandomSource) -> Int32 {
        var draw: UInt32
        if excluded >= 0 {
            let left = endpoints[Int(excluded)]
            draw = random.next(below: service.totalWeight - left.weight)
            if draw >= left.cumulativeWeight - left.weight { draw += left.weight }
        } else {
            draw = random.next(below: service.totalWeight)
        }
        var low = Int(service.endpoints.start)
        var high = service.endpoints.indices.upperBound - 1
        while low < high {
            let middle = (low + high) / 2
            if endpoints[middle].cumulativeWeight <= draw { low = middle + 1 } else { high = middle }
        }
        return Int32(low)
    }
}
