import HTTPTransport
import JSON
import Policy
import Substrate
import Telemetry

/// What one worker's gateway changes while it works. At one address, so that a request checks no exclusivity.
struct GatewayState: ~Copyable {
    var transport: Transport?
    var pins = SnapshotPins()
    var records = RecordTable(RequestRecord())
    var balancer = Balancer()
    var verifications = VerificationPool()
    var tape: JSONTape
    var random: RandomSource
    var events = EventGate()
    /// Answers of our own are composed here: their length stands in front of them.
    var scratch = ByteBuffer(capacity: 1024)
    /// Lines for the access logs, gathered until there are many.
    var lines = LineBatches()
    var stamps = TimeStamps()
    /// A client's address, on its way to a pseudonym.
    var address = ByteBuffer(capacity: 64)
    /// Whoever looks on at requests, while somebody does.
    var taps: [TapSession] = []
    var isTapped = false
    /// Where spans go; nil without a collector.
    var spans: SpanWriter?

    /// A collector is configured.
    var isTracing = false

    init(seed: UInt64) {
        random = RandomSource(seed: seed)
        tape = JSONTape(seed: random.next())
    }
}
