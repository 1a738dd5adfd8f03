import MeshModel
import Substrate

/// `POST /drain[?period=TIME]`, understood.
struct DrainOrder: Equatable {
    /// Nil for what the command line said.
    let period: TimeSpan?

    /// - Parameter query: of the request.
    init(query: Bytes) throws(AdminRefusal) {
        let query = try AdminQuery(query, known: ["period"])
        guard let text = query["period"] else {
            period = nil
            return
        }
        guard let period = TimeSpan(parsing: text), period <= Drain.maxPeriod else {
            throw AdminRefusal("'period' takes a time from 0s to 1h, such as 30s")
        }
        self.period = period
    }

    /// Writes how far the drain is that the order began, or found under way.
    static func append(_ reading: DrainReading?, into body: inout ByteBuffer) {
        body.append("{\"draining\":true")
        if let reading {
            body.append(",")
            reading.append(into: &body)
        }
        body.append("}\n")
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
