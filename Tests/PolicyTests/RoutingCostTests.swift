import Glibc
import MeshModel
import Policy
import Substrate
import Testing

@Suite struct `Routing at scale` {
    /// Processor time: what other processes do is not counted, and nothing is judged by it.
    private func processorNanoseconds() -> Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    private func configuration(tenants: Int, routesEach: Int) -> MeshConfiguration {
        var configuration = MeshConfiguration.edge()
        for tenant in 0..<tenants {
            let name = "tenant-\(tenant)"
            configuration.addTenant(name, hosts: ["\(name).example.test"])
            for route in 0..<routesEach {
                let path: RouteSpec.PathMatch =
                    switch route % 3 {
                    case 0: .exact("/api/v1/resource-\(route)")
                    case 1: .prefix("/api/v2/resource-\(route)")
                    default: .template("/api/v3/resource-\(route)/{id}")
                    }
                configuration.addRoute("route-\(route)", tenant: name, path: path)
            }
        }
        return configuration
    }

    #if DEBUG
        private static let shapes = [(1, 1), (100, 10)]
        private static let rounds = 2
    #else
        private static let shapes = [(1, 1), (1, 10), (100, 10), (10_000, 10)]
        private static let rounds = 20
    #endif

    @Test(arguments: 0..<shapes.count) func `each route is found and the cost is printed`(shape: Int) throws {
        let (tenants, each) = Self.shapes[shape]
        let start = processorNanoseconds()
        let fixture = try PolicyFixture(configuration(tenants: tenants, routesEach: each))
        let compiled = processorNanoseconds() - start
        let tables = fixture.snapshot.tables
        var random = RandomSource(seed: 9)
        var pool = HeadPool()
        let sample = 4_000
        var heads: [(MessageHead, Int)] = []
        for _ in 0..<sample {
            let tenant = Int(random.next(below: UInt32(tenants)))
            let route = Int(random.next(below: UInt32(each)))
            let tail = route % 3 == 0 ? "" : "/x"
            let head = pool.acquire()
            let (host, path) = (
                "tenant-\(tenant).example.test", "/api/v\(route % 3 + 1)/resource-\(route)\(tail)"
            )
            head.facts.method = .get
            head.facts.host = Array(host.utf8).withBytes { head.append($0) } ?? ByteRange()
            head.facts.path = Array(path.utf8).withBytes { head.append($0) } ?? ByteRange()
            heads.append((head, tenant * each + route))
        }
        var best = Int.max
        var wrong = 0
        for _ in 0..<Self.rounds {
            let begin = processorNanoseconds()
            for (head, expected) in heads {
                var state = RequestState(listener: 0)
                let verdict = tables.decideHead(head, peer: PeerFacts(), state: &state)
                if verdict != .proceed || state.route != Int32(expected) { wrong += 1 }
            }
            best = min(best, processorNanoseconds() - begin)
        }
        for (head, _) in heads { pool.release(head) }
        print(
            "\(tenants * each) routes, \(tenants) tenants: \(best / sample) ns a head decided, compiled in \(compiled / 1_000_000) ms"
        )
        #expect(wrong == 0)
    }
}
