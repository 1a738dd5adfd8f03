import Substrate
import Telemetry
import Testing

@Suite struct PeerRegistryTests {
    private func number(_ service: String, in cache: borrowing PeerCache) -> UInt32 {
        Array("spiffe://mesh.test/service/\(service)".utf8).withBytes { bytes in
            guard let peer = MeshPeer(verified: bytes) else { return .max }
            return cache.number(of: peer)
        }
    }

    @Test func `gives every peer one number and the name back, for all workers`() {
        let registry = PeerRegistry()
        var random = RandomSource(seed: 1)
        let first = PeerCache(registry: registry, random: &random)
        let second = PeerCache(registry: registry, random: &random)
        #expect(number("edge", in: first) == 1)
        #expect(number("portal", in: first) == 2)
        #expect(number("portal", in: second) == 2)
        #expect(number("edge", in: second) == 1)
        #expect(number("edge", in: first) == 1)
        #expect(registry.name(1)?.text == "spiffe://mesh.test/service/edge")
        #expect(registry.name(0) == nil)
        #expect(registry.name(3) == nil)
    }

    @Test func `names as many as its limit, and not one more`() {
        let registry = PeerRegistry()
        var random = RandomSource(seed: 1)
        let cache = PeerCache(registry: registry, random: &random)
        for index in 1...PeerRegistry.maxPeers { #expect(number("s\(index)", in: cache) == UInt32(index)) }
        #expect(number("late", in: cache) == 0)
        #expect(number("late", in: cache) == 0)
        #expect(number("s1", in: cache) == 1)
    }
}
