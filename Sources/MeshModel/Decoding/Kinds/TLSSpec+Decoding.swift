extension ServerTLSSpec {
    static let fieldNames = ["certificate", "key", "clientCertificate"]

    init?(decoding fields: FieldReader) {
        fields.require("certificate", hint: "certificate: { file: cert.pem }")
        fields.require("key", hint: "key: { file: key.pem }")
        let certificate = fields.file("certificate")
        let key = fields.file("key")
        var client: ClientCertificate?
        if let inner = fields.object("clientCertificate", known: ["authority", "required"]) {
            inner.require("authority", hint: "authority: { file: ca.pem }")
            let required = inner.boolean("required")
            client = inner.file("authority").map(ClientCertificate.init(authorityFile:))
            if let required { client?.required = required }
        }
        guard let certificate, let key, client != nil || !fields.has("clientCertificate") else { return nil }
        self.init(certificateFile: certificate, keyFile: key)
        clientCertificate = client
    }
}

extension ClientTLSSpec {
    static let fieldNames = ["authority", "certificate", "key", "peer", "serverName"]

    init?(decoding fields: FieldReader) {
        fields.require("authority", hint: "authority: { file: ca.pem }")
        let authority = fields.file("authority")
        let certificate = fields.file("certificate")
        let key = fields.file("key")
        let peer = fields.text("peer").flatMap { fields.identity($0, at: ["peer"]) }
        let serverName = fields.text("serverName")
        for (name, other) in [("certificate", "key"), ("key", "certificate")]
        where fields.has(name) && !fields.has(other) {
            fields.refuse(.field(other), because: "is missing", hint: "certificate and key go together")
        }
        if !fields.has("peer"), !fields.has("serverName") {
            fields.refuse(
                because: "does not say who must answer",
                hint: "peer: spiffe://…, or serverName: the name in the endpoint's certificate")
        }
        if let serverName, let fault = HostRule.fault(in: serverName) {
            fields.refuse(
                "serverName", because: "\(Quoted.text(serverName)) \(fault.message)", hint: fault.hint)
        } else if let serverName, serverName.hasPrefix("*") {
            fields.refuse("serverName", because: "is a wildcard", hint: "SNI carries one host name")
        }
        guard let authority else { return nil }
        self.init(authorityFile: authority)
        certificateFile = certificate
        keyFile = key
        self.peer = peer
        self.serverName = serverName
    }
}
