import MeshModel
import Policy
import Substrate
import Testing

@Suite struct `Balancing` {
    private static let second: UInt64 = 1_000_000_000

    private func fixture(
        weights: [Int], balancing: ServiceSpec.Balancing = .peakEWMA
    ) throws -> PolicyFixture {
        var configuration = MeshConfiguration()
        configuration.addService("backend", weights: weights)
        configuration.services[0].spec.balancing = balancing
        return try PolicyFixture(configuration)
    }

    private func at(_ seconds: Double) -> MonotonicTime {
        MonotonicTime(nanoseconds: Self.second * 1_000 + UInt64(seconds * 1e9))
    }

    private func balancer(_ fixture: PolicyFixture) -> Balancer {
        var balancer = Balancer()
        balancer.prepare(endpoints: fixture.registry.endpointCount, services: fixture.registry.serviceCount)
        return balancer
    }

    private func shares(
        _ fixture: PolicyFixture, picks: Int, excluding: Int32 = -1,
        prepare: (inout Balancer) -> Void = { _ in }
    ) -> [Int] {
        var balancer = balancer(fixture)
        prepare(&balancer)
        var random = RandomSource(seed: 42)
        var counts = [Int](repeating: 0, count: fixture.snapshot.tables.endpoints.count)
        for _ in 0..<picks {
            let index = balancer.pick(
                service: 0, tables: fixture.snapshot.tables, excluding: excluding, random: &random, now: at(0)
            )
            if index >= 0 { counts[Int(index)] += 1 }
        }
        return counts
    }

    @Test(arguments: [ServiceSpec.Balancing.peakEWMA, .roundRobin])
    func `a service without endpoints has none to pick`(balancing: ServiceSpec.Balancing) throws {
        #expect(shares(try fixture(weights: [], balancing: balancing), picks: 10).isEmpty)
    }

    @Test(arguments: [ServiceSpec.Balancing.peakEWMA, .roundRobin])
    func `a lone endpoint is picked unless it is excluded`(balancing: ServiceSpec.Balancing) throws {
        let fixture = try fixture(weights: [1], balancing: balancing)
        #expect(shares(fixture, picks: 10) == [10])
        #expect(shares(fixture, picks: 10, excluding: 0) == [0])
        #expect(shares(fixture, picks: 10, excluding: 7) == [10])
    }

    @Test(arguments: [ServiceSpec.Balancing.peakEWMA, .roundRobin], [[1, 1, 1], [1, 2, 5]])
    func `an excluded endpoint is never picked`(balancing: ServiceSpec.Balancing, weights: [Int]) throws {
        let fixture = try fixture(weights: weights, balancing: balancing)
        for excluded in 0..<3 {
            let counts = shares(fixture, picks: 600, excluding: Int32(excluded))
            #expect(counts[excluded] == 0)
            #expect(counts.reduce(0, +) == 600)
            #expect(counts.filter { $0 > 0 }.count == 2)
        }
    }

    @Test func `equal endpoints get equal shares`() throws {
        let counts = shares(try fixture(weights: [1, 1, 1, 1]), picks: 8_000)
        for count in counts { #expect(abs(count - 2_000) < 200, "\(counts)") }
    }

    @Test func `weights are shares when all answer alike`() throws {
        let counts = shares(try fixture(weights: [1, 9]), picks: 10_000)
        #expect(abs(counts[0] - 1_000) < 150, "\(counts)")
        let canary = shares(try fixture(weights: [1, 999]), picks: 100_000)
        #expect(canary[0] > 50 && canary[0] < 170, "\(canary)")
    }

    @Test func `weights are shares under load too`() throws {
        let fixture = try fixture(weights: [1, 3])
        var balancer = balancer(fixture)
        var random = RandomSource(seed: 3)
        let tables = fixture.snapshot.tables
        var counts = [0, 0]
        var running: [UInt32] = []
        for _ in 0..<20_000 {
            let index = Int(
                balancer.pick(service: 0, tables: tables, excluding: -1, random: &random, now: at(0)))
            counts[index] += 1
            balancer.started(tables.endpoints[index].id)
            running.append(tables.endpoints[index].id)
            if running.count > 64 {
                balancer.abandoned(running.remove(at: Int(random.next(below: 64))))
            }
        }
        #expect(abs(counts[0] - 5_000) < 700, "\(counts)")
    }

    @Test func `of two the faster is preferred`() throws {
        let fixture = try fixture(weights: [1, 1])
        let ids = (0..<2).map { fixture.snapshot.tables.endpoints[$0].id }
        let counts = shares(fixture, picks: 1_000) { balancer in
            balancer.started(ids[0])
            balancer.finished(ids[0], responseNanoseconds: 50_000_000, now: at(0))
        }
        #expect(counts == [0, 1_000])
    }

    @Test func `the less busy is preferred among equally fast`() throws {
        let fixture = try fixture(weights: [1, 1])
        let busy = fixture.snapshot.tables.endpoints[1].id
        #expect(shares(fixture, picks: 100) { $0.started(busy) } == [100, 0])
    }

    @Test func `a failed endpoint is avoided as if it had answered in five seconds`() throws {
        let fixture = try fixture(weights: [1, 1, 1])
        let id = fixture.snapshot.tables.endpoints[1].id
        let counts = shares(fixture, picks: 900) { balancer in
            balancer.started(id)
            balancer.finished(id, responseNanoseconds: nil, now: at(0))
            #expect(balancer.load(of: id).averageNanoseconds(at: at(0)) == 5e9)
            #expect(balancer.load(of: id).failures == 1)
        }
        #expect(counts[1] == 0)
    }

    @Test func `a slower sample counts at once and a faster one by the time since the last`() throws {
        let fixture = try fixture(weights: [1])
        var balancer = balancer(fixture)
        let id = fixture.snapshot.tables.endpoints[0].id
        balancer.finished(id, responseNanoseconds: 100_000_000, now: at(0))
        #expect(balancer.load(of: id).averageNanoseconds(at: at(0)) == 1e8)
        balancer.finished(id, responseNanoseconds: 1_000_000, now: at(0))
        #expect(balancer.load(of: id).averageNanoseconds(at: at(0)) == 1e8)
        balancer.finished(id, responseNanoseconds: 0, now: at(10))
        let decayed = balancer.load(of: id).averageNanoseconds(at: at(10))
        #expect(abs(decayed - 1e8 / 2.718281828) < 1)
        #expect(abs(balancer.load(of: id).averageNanoseconds(at: at(20)) - 1e8 / 7.389056099) < 1)
    }

    @Test func `a sample of the longest time and a clock that stands still do no harm`() throws {
        let fixture = try fixture(weights: [1, 1])
        let id = fixture.snapshot.tables.endpoints[0].id
        let counts = shares(fixture, picks: 10) { balancer in
            balancer.finished(id, responseNanoseconds: .max, now: .never)
            balancer.finished(id, responseNanoseconds: 0, now: .zero)
            balancer.finished(id, responseNanoseconds: 5, now: .never)
        }
        #expect(counts == [0, 10])
    }

    @Test func `an endpoint that never answered starts at thirty milliseconds`() throws {
        let balancer = balancer(try fixture(weights: [1]))
        #expect(balancer.load(of: 0).averageNanoseconds(at: at(0)) == 30_000_000)
        #expect(balancer.load(of: 99).averageNanoseconds(at: at(0)) == 30_000_000)
    }

    @Test func `finishing more than was started leaves nothing active`() throws {
        var balancer = balancer(try fixture(weights: [1]))
        balancer.started(0)
        balancer.abandoned(0)
        balancer.abandoned(0)
        balancer.finished(0, responseNanoseconds: 1, now: at(0))
        balancer.finished(77, responseNanoseconds: 1, now: at(0))
        balancer.started(77)
        #expect(balancer.load(of: 0).active == 0)
        #expect(balancer.load(of: 0).requests == 1)
    }

    @Test func `round robin spreads the turns of a heavy endpoint`() throws {
        let fixture = try fixture(weights: [5, 1, 1], balancing: .roundRobin)
        var balancer = balancer(fixture)
        var random = RandomSource(seed: 1)
        let order = (0..<14).map { _ in
            balancer.pick(
                service: 0, tables: fixture.snapshot.tables, excluding: -1, random: &random, now: at(0))
        }
        #expect(order == [0, 0, 1, 0, 2, 0, 0, 0, 0, 1, 0, 2, 0, 0])
    }

    @Test func `what was learned outlives a change of configuration`() throws {
        var configuration = MeshConfiguration()
        configuration.addService("backend", weights: [1, 1])
        let first = try PolicyFixture(configuration)
        var balancer = balancer(first)
        let id = first.snapshot.tables.endpoints[1].id
        balancer.finished(id, responseNanoseconds: 7_000_000_000, now: at(0))
        configuration.services.insert(configuration.services[0], at: 0)
        configuration.services[0].name = "another"
        configuration.services[1].spec.endpoints.removeFirst()
        let second = try PolicyFixture(configuration, registry: first.registry)
        balancer.prepare(endpoints: first.registry.endpointCount, services: first.registry.serviceCount)
        let tables = second.snapshot.tables
        let endpoint = tables.endpoints[Int(tables.services[1].endpoints.start)]
        #expect(endpoint.id == id)
        #expect(balancer.load(of: id).averageNanoseconds(at: at(0)) == 7e9)
    }

    @Test func `a balancer that was not told of new endpoints still picks one`() throws {
        let fixture = try fixture(weights: [1, 1, 1])
        for balancing in [ServiceSpec.Balancing.peakEWMA, .roundRobin] {
            let fixture = try self.fixture(weights: [1, 2], balancing: balancing)
            var balancer = Balancer()
            var random = RandomSource(seed: 1)
            let index = balancer.pick(
                service: 0, tables: fixture.snapshot.tables, excluding: -1, random: &random, now: at(0))
            #expect(index >= 0)
        }
        #expect(fixture.registry.endpointCount == 3)
    }
}
