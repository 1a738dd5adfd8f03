extension TenantSpec {
    static let fieldNames = ["displayName", "enabled", "hosts", "egress"]
    static let laterFieldNames = ["settings", "limits"]

    init(decoding fields: FieldReader) {
        displayName = fields.text("displayName")
        if let enabled = fields.boolean("enabled") { self.enabled = enabled }
        hosts = fields.hosts("hosts")
        if let egress = fields.object("egress", known: ["cidrs"]) {
            let blocks = egress.texts("cidrs") { text, index in
                guard AddressBlock(parsing: text) == nil else { return }
                egress.refuse(
                    "cidrs", .item(index), because: "\(Quoted.text(text)) is not a CIDR block",
                    hint: "as 10.20.0.0/16 or fd00:1::/32, with no bit set after the prefix")
            }
            egressCIDRs = blocks ?? []
        }
    }
}

extension FieldReader {
    func hosts(_ name: String) -> [String] {
        let hosts = texts(name) { host, index in
            guard let fault = HostRule.fault(in: host) else { return }
            refuse(
                .field(name), .item(index), because: "\(Quoted.text(host)) \(fault.message)", hint: fault.hint
            )
        }
        return hosts ?? []
    }
}
