import Substrate

/// Names of OpenTelemetry's HTTP semantic conventions 1.27 and later, and our own under `outrigger.`.
extension OTLPAttributes {
    /// The field `attributes` of a `Span`.
    private static var field: UInt64 { 9 }

    mutating func describe(
        _ span: SpanRecord, template: OpenName?, _ names: some SpanNames, into output: inout ByteBuffer
    ) {
        let field = Self.field
        let method: OpenText = span.method == .other ? "_OTHER" : OpenText(span.method.name)
        add("http.request.method", method, field: field, into: &output)
        if span.status > 0 {
            add("http.response.status_code", UInt64(span.status), field: field, into: &output)
        }
        switch span.kind {
        case .server:
            add("http.route", template, field: field, into: &output)
            let scheme: OpenText = span.isEncrypted ? "https" : "http"
            add("url.scheme", scheme, field: field, into: &output)
            let version: OpenText = span.minorVersion == 0 ? "1.0" : "1.1"
            add("network.protocol.version", version, field: field, into: &output)
            add("outrigger.listener", names.listenerName(span.listener), field: field, into: &output)
            add("outrigger.peer", names.peerName(span.peer), field: field, into: &output)
        case .client:
            add("url.template", template, field: field, into: &output)
            add("network.protocol.version", "1.1" as OpenText, field: field, into: &output)
            if let endpoint = names.endpoint(span.endpoint) {
                add("server.address", endpoint.address, field: field, into: &output)
                if let port = endpoint.port { add("server.port", UInt64(port), field: field, into: &output) }
            }
            if span.resends > 0 {
                add("http.request.resend_count", UInt64(span.resends), field: field, into: &output)
            }
        }
        if span.isError { addErrorType(span, into: &output) }
        add("outrigger.route", names.routeName(span.route), field: field, into: &output)
        add("outrigger.service", names.serviceName(span.service), field: field, into: &output)
        add("outrigger.tenant", names.tenantName(span.tenant), field: field, into: &output)
        if span.reason != .none {
            add("outrigger.reason", OpenText(span.reason.code), field: field, into: &output)
        }
        if let flow = span.flow { add("outrigger.flow", flow, field: field, into: &output) }
    }

    /// The reason, the way in which the try failed, or the status: few values, all known.
    private mutating func addErrorType(_ span: SpanRecord, into output: inout ByteBuffer) {
        let key: OpenText = "error.type"
        if span.kind == .server, span.reason != .none {
            add(key, OpenText(span.reason.code), field: Self.field, into: &output)
        } else if span.kind == .client, span.outcome != .success, span.outcome != .failure5xx {
            add(key, span.outcome.label, field: Self.field, into: &output)
        } else {
            add(key, OpenName(configured: "\(span.status)"), field: Self.field, into: &output)
        }
    }
}
