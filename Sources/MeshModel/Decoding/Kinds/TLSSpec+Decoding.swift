extension ServerTLSSpec {
    static let fieldNames = ["certificate", "key", "certificates", "clientCertificate"]

    init?(decoding fields: FieldReader) {
        let certificates = Self.certificates(fields)
        var client: ClientCertificate?
        if let inner = fields.object("clientCertificate", known: ["authority", "required"]) {
            inner.require("authority", hint: "authority: { file: ca.pem }")
            let required = inner.boolean("required")
            client = inner.file("authority").map(ClientCertificate.init(authorityFile:))
            if let required { client?.required = required }
        }
        guard let certificates, client != nil || !fields.has("clientCertificate") else { return nil }
        self.init(certificates: certificates)
        clientCertificate = client
    }

    /// One as `certificate` and `key`, or several as `certificates`.
    private static func certificates(_ fields: FieldReader) -> [Certificate]? {
        guard fields.has("certificates") else { return Certificate(decoding: fields).map { [$0] } }
        for name in ["certificate", "key"] where fields.has(name) {
            fields.refuse(
                .field(name), because: "stands beside certificates",
                hint: "put it into the list, first if it is the one for unknown names")
        }
        let items = fields.objects(
            "certificates", known: ["certificate", "key"], Certificate.init(decoding:))
        guard let items else { return nil }
        guard ConfigurationLimits.listenerCertificates.contains(items.count) else {
            fields.refuse(
                "certificates", because: "has \(items.count) items",
                hint: "1 to \(ConfigurationLimits.listenerCertificates.upperBound)")
            return nil
        }
        for (index, item) in items.enumerated()
        where items[..<index].contains(where: { $0.certificateFile == item.certificateFile }) {
            fields.refuse(
                .field("certificates"), .item(index), .field("certificate"),
                because: "\(Quoted.text(item.certificateFile)) is listed twice")
        }
        return items
    }
}

extension ServerTLSSpec.Certificate {
    fileprivate init?(decoding fields: FieldReader) {
        fields.require("certificate", hint: "certificate: { file: cert.pem }")
        fields.require("key", hint: "key: { file: key.pem }")
        guard let certificate = fields.file("certificate"), let key = fields.file("key") else { return nil }
        self.init(certificateFile: certificate, keyFile: key)
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
