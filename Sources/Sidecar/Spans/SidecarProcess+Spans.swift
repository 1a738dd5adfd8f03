import HTTPTransport
import Reactor
import Substrate
import Telemetry

extension SidecarProcess {
    /// Gives each worker a ring and the admin thread an exporter, where a collector is configured. Before the workers run.
    func openSpans(_ gateways: [Gateway], _ transport: Transport) throws -> SpanExporter? {
        guard let collector = options.collector else { return nil }
        guard let address = SocketAddress(collector.address) else {
            throw SnapshotBuilder.Refusal(["collector \(collector.address) cannot be used"])
        }
        var random = RandomSource(seed: calls.randomSeed())
        let peers = PeerRegistry()
        let rings = gateways.map { gateway in
            let ring = SpanRing()
            gateway.g[].spans = SpanWriter(ring: ring, peers: peers, random: &random)
            gateway.g[].isTracing = true
            return ring
        }
        let exporter = SpanExporter(
            collector: collector, address: address, rings: rings,
            names: SpanNameTable(identities: identities, peers: peers),
            resource: SpanResource(
                instance: RequestID(random: &random),
                version: OpenName(configured: "\(BuildVersion.text)")),
            metrics: metrics.worker(options.workers), logs: logs, calls: calls, transport: transport)
        exporter.start()
        return exporter
    }
}
