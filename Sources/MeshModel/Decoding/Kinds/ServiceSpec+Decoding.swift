extension ServiceSpec {
    static let fieldNames = ["protocol", "endpoints", "balancing", "connectTimeout", "pool", "tls"]
    static let laterFieldNames = [
        "dns", "healthCheck", "outlierDetection", "circuitLimits", "timeouts", "retryBudget", "asserts",
    ]
    static let laterProtocols = ["http2", "grpc", "tcp"]

    init?(decoding fields: FieldReader) {
        fields.require("endpoints", hint: "endpoints: [ { address: 10.0.0.7:8080 } ]")
        if let spoken = fields.choice("protocol", of: WireProtocol.self, later: Self.laterProtocols) {
            self.protocol = spoken
        }
        let endpoints = fields.objects("endpoints", known: ["address", "weight"], later: ["zone", "labels"]) {
            Endpoint(decoding: $0)
        }
        if let endpoints, endpoints.isEmpty {
            fields.refuse("endpoints", because: "is empty", hint: "list at least one address")
        }
        if let balancing = fields.choice("balancing", of: Balancing.self) { self.balancing = balancing }
        if let span = fields.timeSpan("connectTimeout") { connectTimeout = span }
        if let pool = fields.object("pool", known: ["idleTimeout", "maxIdle"]) {
            if let span = pool.timeSpan("idleTimeout") { self.pool.idleTimeout = span }
            if let count = pool.integer("maxIdle", in: ConfigurationLimits.maxIdleConnections) {
                self.pool.maxIdle = count
            }
        }
        tls = fields.object("tls", known: ClientTLSSpec.fieldNames).flatMap(ClientTLSSpec.init(decoding:))
        guard let endpoints else { return nil }
        self.endpoints = endpoints
        checkDuplicates(fields)
    }

    private func checkDuplicates(_ fields: FieldReader) {
        var seen: Set<MeshAddress> = []
        for (index, endpoint) in endpoints.enumerated() where !seen.insert(endpoint.address).inserted {
            fields.refuse(
                "endpoints", .item(index), "address", because: "\(endpoint.address) is listed twice",
                hint: "use weight for a larger share")
        }
    }
}

extension ServiceSpec.Endpoint {
    init?(decoding fields: FieldReader) {
        fields.require("address", hint: "address: 10.0.0.7:8080")
        let weight = fields.integer("weight", in: ConfigurationLimits.weights)
        guard let address = fields.address("address") else { return nil }
        if fields.refusesAsDestination(address) { return nil }
        self.init(address: address)
        if let weight { self.weight = weight }
    }
}

extension FieldReader {
    /// Port 0 and `0.0.0.0` mean something to a listener, nothing to a connection.
    func refusesAsDestination(_ address: MeshAddress) -> Bool {
        if address.port == 0 {
            refuse("address", because: "has port 0, which cannot be connected to")
            return true
        }
        if address.isUnspecified {
            refuse(
                "address", because: "means every address, which cannot be connected to", hint: "as 127.0.0.1")
            return true
        }
        return false
    }
}
