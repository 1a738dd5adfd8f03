import Substrate
import Telemetry

/// One worker's side of the export: its ring, and what it knows of open spans.
struct SpanWriter: ~Copyable {
    let ring: SpanRing
    var open = RecordTable(SpanProgress())
    var peers: PeerCache

    init(ring: SpanRing, peers registry: PeerRegistry, random: inout RandomSource) {
        self.ring = ring
        peers = PeerCache(registry: registry, random: &random)
    }
}
