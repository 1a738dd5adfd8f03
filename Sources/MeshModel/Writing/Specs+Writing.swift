import JSON
import Substrate

extension ListenerSpec {
    func write(to writer: inout JSONWriter) {
        writer.member("role", role.rawValue)
        writer.member("address", address.description)
        if let tls { writer.object("tls") { tls.write(to: &$0) } }
        writer.member("service", service)
        if let application {
            writer.object("application") {
                $0.member("address", application.address.description)
                $0.member("protocol", application.protocol.rawValue)
            }
        }
        writer.member("tenantFrom", tenantFrom)
        writer.member("trustedHops", trustedHops)
        if let accessLog { writer.object("accessLog") { accessLog.write(to: &$0) } }
        writer.object("tracing") {
            $0.member("sample", tracing.sample.description)
            $0.member("accept", tracing.accept.rawValue)
            $0.member("propagate", tracing.propagate.map(\.rawValue))
        }
        writer.member("headTimeout", headTimeout.description)
        writer.member("idleTimeout", idleTimeout.description)
        writer.object("minimumProgress") {
            $0.member("bytes", ByteSize.text(minimumProgress.bytes))
            $0.member("window", minimumProgress.window.description)
        }
    }
}

extension ServerTLSSpec {
    func write(to writer: inout JSONWriter) {
        if certificates.count == 1 {
            certificates[0].write(to: &writer)
        } else {
            writer.list("certificates", certificates) { item, writer in
                writer.element { item.write(to: &$0) }
            }
        }
        guard let clientCertificate else { return }
        writer.object("clientCertificate") {
            $0.file("authority", clientCertificate.authorityFile)
            $0.member("required", clientCertificate.required)
        }
    }
}

extension ServerTLSSpec.Certificate {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.file("certificate", certificateFile)
        writer.file("key", keyFile)
    }
}

extension ClientTLSSpec {
    func write(to writer: inout JSONWriter) {
        writer.file("authority", authorityFile)
        writer.file("certificate", certificateFile)
        writer.file("key", keyFile)
        writer.member("peer", peer)
        writer.member("serverName", serverName)
    }
}

extension TenantSpec {
    func write(to writer: inout JSONWriter) {
        writer.member("displayName", displayName)
        writer.member("enabled", enabled)
        writer.member("hosts", hosts)
        if !egressCIDRs.isEmpty { writer.object("egress") { $0.member("cidrs", egressCIDRs) } }
    }
}

extension ChannelSpec {
    func write(to writer: inout JSONWriter) {
        writer.member("provider", provider.rawValue)
        writer.member("phoneNumberId", phoneNumberId)
        writer.member("businessAccountId", businessAccountId)
        writer.member("integrationId", integrationId)
        writer.member("webhook", webhook)
        guard !verifySecrets.isEmpty else { return }
        writer.object("verify") { $0.list("secrets", verifySecrets) { $1.secret($0) } }
    }
}

extension WebhookSpec {
    func write(to writer: inout JSONWriter) {
        writer.member("provider", provider.rawValue)
        writer.list("secrets", secrets) { $1.secret($0) }
        if let verifyToken {
            writer.key("verifyToken")
            writer.secret(verifyToken)
        }
        writer.member("channelFrom", channelFrom.rawValue)
    }
}

extension ServiceSpec {
    func write(to writer: inout JSONWriter) {
        writer.member("protocol", self.protocol.rawValue)
        writer.list("endpoints", endpoints) { endpoint, writer in
            writer.element {
                $0.member("address", endpoint.address.description)
                $0.member("weight", endpoint.weight)
            }
        }
        writer.member("balancing", balancing.rawValue)
        writer.member("connectTimeout", connectTimeout.description)
        writer.object("pool") {
            $0.member("idleTimeout", pool.idleTimeout.description)
            $0.member("maxIdle", pool.maxIdle)
        }
        if let tls { writer.object("tls") { tls.write(to: &$0) } }
    }
}
