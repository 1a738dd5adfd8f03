import MeshModel
import Substrate

/// `POST /drain[?period=TIME]`, understood.
enum DrainOrder: Equatable {
    /// - Parameter period: nil for what the command line said.
    case begin(period: TimeSpan?)
    /// Not by POST.
    case methodRefused
    /// A browser asks for a page that it shows: nobody operates a sidecar so.
    case originRefused
    case periodRefused

    /// Longest `TIME` that is read.
    private static let maxPeriodBytes = 24

    init(_ head: MessageHead) {
        guard head.facts.method == .post else {
            self = .methodRefused
            return
        }
        guard head.value(named: Bytes("origin")) == nil else {
            self = .originRefused
            return
        }
        let query = head[head.facts.query]
        let name = Bytes("period=")
        guard !query.isEmpty else {
            self = .begin(period: nil)
            return
        }
        guard query.hasPrefix(name), query.count - name.count <= Self.maxPeriodBytes,
            let period = TimeSpan(parsing: query.dropFirst(name.count).text), period <= Drain.maxPeriod
        else {
            self = .periodRefused
            return
        }
        self = .begin(period: period)
    }

    /// Writes the answer's body. Returns its status and type.
    ///
    /// - Parameter reading: of the drain that the order began, or found under way.
    func answer(_ reading: DrainReading?, into body: inout ByteBuffer) -> (UInt16, StaticString) {
        switch self {
        case .begin:
            body.append("{\"draining\":true")
            if let reading {
                body.append(",")
                reading.append(into: &body)
            }
            body.append("}\n")
            return (202, "application/json")
        case .methodRefused:
            body.append("{\"title\":\"Method Not Allowed\",\"status\":405}\n")
            return (405, "application/problem+json")
        case .originRefused:
            body.append(
                "{\"title\":\"Forbidden\",\"status\":403,\"detail\":\"a request with an Origin field comes from a browser\"}\n"
            )
            return (403, "application/problem+json")
        case .periodRefused:
            body.append(
                "{\"title\":\"Bad Request\",\"status\":400,\"detail\":\"the query is empty, or period=TIME from 0s to 1h\"}\n"
            )
            return (400, "application/problem+json")
        }
    }
}

extension DrainReading {
    /// Two members of a JSON object.
    func append(into output: inout ByteBuffer) {
        output.append("\"acceptsForMilliseconds\":")
        output.append(decimal: acceptsForNanoseconds / 1_000_000)
        output.append(",\"endsWithinMilliseconds\":")
        output.append(decimal: endsWithinNanoseconds / 1_000_000)
    }
}
