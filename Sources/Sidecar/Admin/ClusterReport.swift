import HTTPTransport
import JSON
import Substrate
import Synchronization

/// One endpoint as one worker sees it.
struct EndpointStatus: Sendable {
    var service: String
    var address: String
    var weight: Int
    var active: Int
    var requests: UInt64
    var failures: UInt64
    /// Peak-sensitive average of the time to an answer's first byte.
    var ewmaNanoseconds: Double
    var pool: PoolStatus?
}

/// What all workers say of their endpoints and connections: filled in by each, answered when all have.
final class ClusterReport: Sendable {
    private struct Parts {
        var missing: Int
        var counters = TransportCounters()
        var workers: [(worker: Int, endpoints: [EndpointStatus])] = []
    }

    private let parts: Mutex<Parts>
    private let whole: @Sendable (ClusterReport) -> Void

    /// - Parameter whole: called once, on the last worker's thread.
    init(workers: Int, whole: @escaping @Sendable (ClusterReport) -> Void) {
        parts = Mutex(Parts(missing: workers))
        self.whole = whole
    }

    /// What the workers that have answered have counted.
    var counters: TransportCounters { parts.withLock { $0.counters } }

    func add(worker: Int, _ endpoints: [EndpointStatus], _ counters: TransportCounters) {
        let isWhole = parts.withLock { parts in
            parts.workers.append((worker, endpoints))
            parts.counters.acceptPauses &+= counters.acceptPauses
            parts.counters.handshakes &+= counters.handshakes
            parts.counters.handshakeFailures &+= counters.handshakeFailures
            parts.counters.refused &+= counters.refused
            parts.counters.slowReaders &+= counters.slowReaders
            parts.counters.slowSenders &+= counters.slowSenders
            parts.missing -= 1
            return parts.missing == 0
        }
        if isWhole { whole(self) }
    }

    /// One JSON document: each worker's endpoints.
    func append(into output: inout ByteBuffer) {
        let workers = parts.withLock { $0.workers.sorted { $0.worker < $1.worker } }
        var json = JSONWriter()
        json.beginObject()
        json.key("workers")
        json.beginArray()
        for (worker, endpoints) in workers {
            json.beginObject()
            json.key("worker")
            json.number(UInt64(worker))
            json.key("endpoints")
            json.beginArray()
            for endpoint in endpoints { Self.append(endpoint, to: &json) }
            json.endArray()
            json.endObject()
        }
        json.endArray()
        json.endObject()
        output.append(json.bytes)
        output.append("\n")
    }

    private static func append(_ endpoint: EndpointStatus, to json: inout JSONWriter) {
        json.beginObject()
        json.key("service")
        json.string(text: endpoint.service)
        json.key("address")
        json.string(text: endpoint.address)
        json.key("weight")
        json.number(UInt64(endpoint.weight))
        json.key("active")
        json.number(UInt64(endpoint.active))
        json.key("requests")
        json.number(endpoint.requests)
        json.key("failures")
        json.number(endpoint.failures)
        json.key("ewmaMicroseconds")
        json.number(UInt64(endpoint.ewmaNanoseconds / 1000))
        json.key("pool")
        json.beginObject()
        json.key("idle")
        json.number(UInt64(endpoint.pool?.idle ?? 0))
        json.key("total")
        json.number(UInt64(endpoint.pool?.total ?? 0))
        json.key("opened")
        json.number(endpoint.pool?.opened ?? 0)
        json.key("reused")
        json.number(endpoint.pool?.reused ?? 0)
        json.endObject()
        json.endObject()
    }
}
