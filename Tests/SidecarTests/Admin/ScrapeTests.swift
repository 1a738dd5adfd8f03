import HTTPTransport
import HTTPWire
import MeshModel
import MeshTestKit
import Policy
import Reactor
import Substrate
import Telemetry
import Testing

@testable import Sidecar

@Suite("scrapes on the admin listener")
struct ScrapeTests {
    /// What stands in for the process: no workers, and answers that wait as the test says.
    private final class Control: ProcessControl {
        var waitingAnswerBytes = 0
        var reports = 0

        var counters: TransportCounters {
            var counters = TransportCounters()
            counters.handshakes = 3
            return counters
        }

        var connections: [ConnectionTotals] {
            var edge = ConnectionTotals()
            edge.opened = 7
            edge.idle = 2
            return [edge]
        }

        func requestReport(for exchange: SlotID) -> ClusterReport {
            reports += 1
            return ClusterReport(workers: 1) { _ in }
        }

        func gauges(_ counters: TransportCounters) -> [MetricFamily] {
            [
                MetricFamily(
                    name: "made_here_total", kind: .counter, help: "Made here.",
                    samples: [.init(value: Double(counters.handshakes))])
            ]
        }

        func received(_ signal: SignalSource.Signal) {}
        func timerFired(_ number: UInt32) {}
        var drainReading: DrainReading? { nil }
        func beginDrain(period: TimeSpan?) {}
    }

    private final class Rig {
        let network = SimulatedNetwork()
        let control = Control()
        let transport: Transport
        private let handler: AdminHandler
        private static let address = SocketAddress(ipv4: (127, 0, 0, 1), port: 15190)

        init() throws {
            handler = AdminHandler(
                state: AdminState(), metrics: MetricsRegistry(workers: 1),
                identities: IdentityRegistry(seed: 1),
                build: BuildInfo(version: "1", revision: "", compiler: "swift"), control: control)
            transport = Transport(
                loop: try EventLoop(calls: network.calls), calls: network.calls, limits: TransportLimits(),
                worker: 0, loads: WorkerLoads(workers: 1), handler: handler, seed: 1)
            let descriptor = try Sockets.listen(Self.address, calls: network.calls)
            let options = ListenerOptions(
                tls: nil, limits: .init(), headTimeoutNanoseconds: 10_000_000_000,
                idleTimeoutNanoseconds: 60_000_000_000)
            handler.fullListeners.insert(transport.listen(on: descriptor, options: options))
        }

        deinit { transport.destroy() }

        func answer(accept: String? = nil) -> String {
            let client = ask(accept: accept)
            settle()
            return client.receiveText()
        }

        func ask(accept: String? = nil) -> SimulatedPeer {
            let client = network.client(connectTo: Self.address)
            client.send("GET /metrics HTTP/1.1\r\nHost: a\r\n\(accept.map { "Accept: \($0)\r\n" } ?? "")\r\n")
            return client
        }

        func settle() {
            for _ in 0..<100 {
                let before = network.now
                transport.turn()
                if network.now.nanoseconds(since: before) > 1_000_000 { return }
            }
        }
    }

    @Test func `ask no worker, and show what workers count elsewhere`() throws {
        let rig = try Rig()
        let text = rig.answer()
        #expect(text.hasPrefix("HTTP/1.1 200 "))
        #expect(text.contains(#"outrigger_connections_opened_total{direction="edge"} 7"#))
        #expect(text.contains(#"outrigger_connections{direction="edge",state="active"} 5"#))
        #expect(text.contains("made_here_total 3"))
        #expect(rig.control.reports == 0)
    }

    @Test func `are answered in the form that they ask for`() throws {
        let rig = try Rig()
        #expect(values("content-type", in: rig.answer()) == ["text/plain; version=0.0.4; charset=utf-8"])
        let text = rig.answer(accept: "application/openmetrics-text")
        #expect(
            values("content-type", in: text) == ["application/openmetrics-text; version=1.0.0; charset=utf-8"]
        )
        #expect(text.hasSuffix("# EOF\n"))
    }

    @Test func `are told to come again while 32 MiB of answers wait to be read`() throws {
        let rig = try Rig()
        rig.control.waitingAnswerBytes = AdminHandler.maxWaitingScrapeBytes
        #expect(rig.answer().hasPrefix("HTTP/1.1 200 "))
        rig.control.waitingAnswerBytes = AdminHandler.maxWaitingScrapeBytes + 1
        let text = rig.answer()
        #expect(text.hasPrefix("HTTP/1.1 503 "))
        #expect(values("x-outrigger-reason", in: text) == ["sidecar.overloaded"])
        #expect(values("retry-after", in: text) == ["1"])
    }

    @Test func `are counted as waiting until they are read`() throws {
        let rig = try Rig()
        rig.network.bufferBytes = 1_000
        let client = rig.ask()
        rig.settle()
        let waiting = rig.transport.waitingAnswerBytes
        #expect(waiting > 1_000)
        var taken = client.receiveText().utf8.count
        rig.settle()
        #expect(rig.transport.waitingAnswerBytes == waiting - taken)
        while rig.transport.waitingAnswerBytes > 0 {
            taken = client.receiveText().utf8.count
            try #require(taken > 0)
            rig.settle()
        }
    }
}
