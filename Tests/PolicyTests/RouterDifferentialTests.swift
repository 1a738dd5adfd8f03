import MeshModel
import Policy
import Substrate
import Testing

@Suite struct `The compiled router against a plain scan` {
    private static let hosts = [
        "a.test", "b.a.test", "c.b.a.test", "test", "d.test", "*.test", "*.a.test", "*.b.a.test",
    ]
    private static let words = ["a", "b", "c", "files", ""]

    private func pick<Element>(_ list: [Element], _ random: inout RandomSource) -> Element {
        list[Int(random.next(below: UInt32(list.count)))]
    }

    private func path(_ random: inout RandomSource) -> String {
        let count = random.next(below: 5)
        if count == 0 { return "/" }
        var path = ""
        for index in 0..<count {
            let word = pick(Self.words, &random)
            path += "/" + (word.isEmpty && index < count - 1 ? "x" : word)
        }
        return path
    }

    private func match(_ random: inout RandomSource) -> RouteSpec.Match {
        var match = RouteSpec.Match()
        switch random.next(below: 4) {
        case 0: match.path = .exact(path(&random))
        case 1: match.path = .prefix(path(&random))
        case 2:
            var text = ""
            let count = 1 + random.next(below: 4)
            for index in 0..<count {
                switch random.next(below: 3) {
                case 0: text += "/{p\(index)}"
                case 1 where index == count - 1: text += "/{r**}"
                default: text += "/" + pick(["a", "b", "c", "files"], &random)
                }
            }
            match.path = .template(text)
        default: break
        }
        if random.next(below: 3) == 0 { match.methods = [pick(["GET", "POST", "PURGE"], &random)] }
        if random.next(below: 4) == 0 { match.headers.append(.equals("x-a", pick(["1", "2"], &random))) }
        if random.next(below: 5) == 0 { match.headers.append(.has("X-B")) }
        return match
    }

    @Test(arguments: 0..<12) func `they agree on random routes and requests`(seed: Int) throws {
        var random = RandomSource(seed: UInt64(seed) &+ 1)
        var configuration = MeshConfiguration.edge()
        for index in 0..<(seed < 6 ? 60 : 700) {
            configuration.addRoute("r\(index)") { spec in
                for _ in 0..<random.next(below: 3) {
                    let host = pick(Self.hosts, &random)
                    if !spec.hosts.contains(host) { spec.hosts.append(host) }
                }
                spec.matches = (0...random.next(below: 2)).map { _ in match(&random) }
                if random.next(below: 20) == 0 { spec.order = Int(random.next(below: 3)) - 1 }
            }
        }
        let fixture = try PolicyFixture(configuration)
        let oracle = RouterOracle(configuration: configuration)
        for _ in 0..<400 {
            var request = RequestSketch(method: pick(["GET", "POST", "PURGE", "PUT"], &random))
            request.host = pick(
                ["a.test", "b.a.test", "c.b.a.test", "z.c.b.a.test", "test", "other"], &random)
            request.path = path(&random)
            if random.next(below: 2) == 0 { request = request.with("X-A", pick(["1", "2"], &random)) }
            if random.next(below: 2) == 0 { request = request.with("x-b", "") }
            let expected = oracle.route(request)
            let found = fixture.decide(request).route
            #expect(found == expected, "\(request)")
        }
    }
}
