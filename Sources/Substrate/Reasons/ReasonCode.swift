/// Why Outrigger itself answered, refused or gave up: one registry for the answer's `x-outrigger-reason`, the access
/// log, metrics, spans and the documentation.
///
/// The code's text and status are public interface: add cases, never change one.
public enum ReasonCode: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// Nothing to report: the upstream's answer was relayed.
    case none
    // Requests that are not well-formed
    case requestMalformed, headTooLarge, targetTooLong, tooManyFields, methodRefused, pathRefused,
        versionUnsupported
    case framingAmbiguous, hostMissing, underscoreName, expectationFailed, requestTimeout,
        transferCodingUnsupported
    case bodyTooLarge, bodyMalformed
    // Routing
    case routeNotFound, serviceNotFound, configIncomplete
    // Webhooks and tenants
    case webhookSignatureInvalid, webhookTenantUnknown, webhookBatchMixed, webhookHandshakeRefused,
        webhookMethodRefused
    case tenantContradiction, tenantMismatch, tenantDisabled
    case accessDenied
    // Upstream
    case upstreamNoneHealthy, upstreamConnectFailed, upstreamTimeout, upstreamReset,
        upstreamResponseMalformed, upstreamTLSFailed
    // This process
    case overloaded, draining, internalError
    // The client
    case clientClosed, clientTooSlow

    public struct Entry: Sendable {
        public let code: StaticString
        /// Status answered; 0 where no answer can be given.
        public let status: UInt16
        /// Envoy's access-log response flag of the same meaning; empty without one.
        public let flag: StaticString
        public let meaning: StaticString
        public let remedy: StaticString
    }

    public var code: StaticString { entry.code }
    public var status: UInt16 { entry.status }

    public var entry: Entry {
        switch self {
        case .none:
            Entry(code: "", status: 200, flag: "", meaning: "The upstream's answer was relayed.", remedy: "")
        case .requestMalformed:
            Entry(
                code: "request.malformed", status: 400, flag: "DPE",
                meaning: "The request breaks HTTP's grammar.",
                remedy: "Send a request that RFC 9112 allows.")
        case .headTooLarge:
            Entry(
                code: "request.head_too_large", status: 431, flag: "DPE",
                meaning: "The request head is over 60 KiB.",
                remedy: "Send fewer or shorter fields, cookies first.")
        case .targetTooLong:
            Entry(
                code: "request.target_too_long", status: 414, flag: "DPE",
                meaning: "The request target is over 8 KiB.",
                remedy: "Move data from the query into the body.")
        case .tooManyFields:
            Entry(
                code: "request.too_many_fields", status: 431, flag: "DPE",
                meaning: "The head has over 100 field lines.",
                remedy: "Send fewer fields.")
        case .methodRefused:
            Entry(
                code: "request.method_refused", status: 405, flag: "DPE",
                meaning: "TRACE and CONNECT are never forwarded.",
                remedy: "Use another method.")
        case .pathRefused:
            Entry(
                code: "request.path_refused", status: 400, flag: "DPE",
                meaning:
                    "The path holds an encoded slash, a backslash, a NUL, a fragment or a double encoding.",
                remedy: "Send a path that every parser reads alike.")
        case .versionUnsupported:
            Entry(
                code: "request.version_unsupported", status: 505, flag: "DPE",
                meaning: "Only HTTP/1.0 and HTTP/1.1 are spoken here.",
                remedy: "Use HTTP/1.1.")
        case .framingAmbiguous:
            Entry(
                code: "request.framing_ambiguous", status: 400, flag: "DPE",
                meaning: "Two parsers could disagree on where the body ends.",
                remedy: "Send one valid Content-Length, or Transfer-Encoding: chunked alone.")
        case .hostMissing:
            Entry(
                code: "request.host_invalid", status: 400, flag: "DPE",
                meaning: "Host is missing, doubled, malformed or not the target's authority.",
                remedy: "Send one Host field that names the target's authority.")
        case .underscoreName:
            Entry(
                code: "request.field_name_refused", status: 400, flag: "DPE",
                meaning: "A field name holds an underscore, which some servers read as a dash.",
                remedy: "Use dashes in field names.")
        case .expectationFailed:
            Entry(
                code: "request.expectation_failed", status: 417, flag: "DPE",
                meaning: "Only Expect: 100-continue is known.",
                remedy: "Leave Expect out.")
        case .requestTimeout:
            Entry(
                code: "request.timeout", status: 408, flag: "SI",
                meaning: "The client sent its request too slowly.",
                remedy: "Send the whole request within the limits of the listener and the route.")
        case .transferCodingUnsupported:
            Entry(
                code: "request.transfer_coding_unsupported", status: 501, flag: "DPE",
                meaning: "A transfer coding other than chunked was used.", remedy: "Use chunked alone.")
        case .bodyTooLarge:
            Entry(
                code: "body.too_large", status: 413, flag: "DPE",
                meaning: "The body is over the route's limit.",
                remedy: "Send a smaller body, or raise the route's maxBodyBytes.")
        case .bodyMalformed:
            Entry(
                code: "body.malformed", status: 400, flag: "DPE",
                meaning: "The body is not the JSON that it should be.",
                remedy: "Send well-formed JSON of the provider's shape.")
        case .routeNotFound:
            Entry(
                code: "route.not_found", status: 404, flag: "NR",
                meaning: "No route matches host, path and method.",
                remedy: "Add a route, or correct the request.")
        case .serviceNotFound:
            Entry(
                code: "service.not_found", status: 404, flag: "NC", meaning: "The host names no service.",
                remedy: "Use a service's name.")
        case .configIncomplete:
            Entry(
                code: "config.incomplete", status: 503, flag: "NC",
                meaning: "The route names something that is not configured.",
                remedy: "Apply the missing resource.")
        case .webhookSignatureInvalid:
            Entry(
                code: "webhook.signature_invalid", status: 401, flag: "UAEX",
                meaning: "The signature is missing or matches no secret.",
                remedy: "Sign the raw body with a configured secret.")
        case .webhookTenantUnknown:
            Entry(
                code: "webhook.tenant_unknown", status: 403, flag: "UAEX",
                meaning: "No channel has the id that the payload names, or it names none.",
                remedy: "Add a Channel for the account.")
        case .webhookBatchMixed:
            Entry(
                code: "webhook.batch_mixed", status: 503, flag: "UAEX",
                meaning: "One delivery holds items of two tenants.",
                remedy: "Give the tenants separate callback URLs until the route is queued.")
        case .webhookHandshakeRefused:
            Entry(
                code: "webhook.handshake_refused", status: 403, flag: "UAEX",
                meaning: "The verify token is wrong, or the mode is not subscribe.",
                remedy: "Enter the webhook's verify token at the provider.")
        case .webhookMethodRefused:
            Entry(
                code: "webhook.method_refused", status: 405, flag: "UAEX",
                meaning: "The provider never sends this method.",
                remedy: "Use POST, or GET for the handshake.")
        case .tenantContradiction:
            Entry(
                code: "tenant.contradiction", status: 403, flag: "UAEX",
                meaning: "Evidence and claims name two tenants.",
                remedy: "Send the request to the host of the tenant that the credentials prove.")
        case .tenantMismatch:
            Entry(
                code: "tenant.mismatch", status: 403, flag: "UAEX",
                meaning: "The peer may not assert this tenant.",
                remedy: "List the peer in tenantFrom, or send no tenant.")
        case .tenantDisabled:
            Entry(
                code: "tenant.disabled", status: 403, flag: "UAEX", meaning: "The tenant is switched off.",
                remedy: "Enable the tenant.")
        case .accessDenied:
            Entry(
                code: "access.denied", status: 403, flag: "UAEX", meaning: "No rule lets this caller in.",
                remedy: "Check the route's access and the peer's identity.")
        case .upstreamNoneHealthy:
            Entry(
                code: "upstream.none_healthy", status: 503, flag: "UH",
                meaning: "The service has no endpoint to send to.",
                remedy: "Start an instance, or add an endpoint.")
        case .upstreamConnectFailed:
            Entry(
                code: "upstream.connect_failed", status: 503, flag: "UF",
                meaning: "No connection to the endpoint could be made.",
                remedy: "Check that the endpoint listens and is reachable.")
        case .upstreamTimeout:
            Entry(
                code: "upstream.timeout", status: 504, flag: "UT",
                meaning: "The upstream did not answer within the route's timeout.",
                remedy: "Make the service faster, or raise the route's timeout.")
        case .upstreamReset:
            Entry(
                code: "upstream.reset", status: 502, flag: "UC",
                meaning: "The upstream closed the connection before its answer was whole.",
                remedy: "Look into the service's log at this time.")
        case .upstreamResponseMalformed:
            Entry(
                code: "upstream.response_malformed", status: 502, flag: "UPE",
                meaning: "The upstream's answer breaks HTTP's grammar.",
                remedy: "Fix the service: its answer must follow RFC 9112.")
        case .upstreamTLSFailed:
            Entry(
                code: "upstream.tls_failed", status: 503, flag: "UF",
                meaning: "The TLS handshake with the endpoint failed.",
                remedy: "Check the endpoint's certificate, authority and expected peer.")
        case .overloaded:
            Entry(
                code: "sidecar.overloaded", status: 503, flag: "OM",
                meaning: "A limit of this process is reached.",
                remedy: "Retry later; raise the limit or add instances.")
        case .draining:
            Entry(
                code: "sidecar.draining", status: 503, flag: "LR", meaning: "This process is shutting down.",
                remedy: "Retry elsewhere.")
        case .internalError:
            Entry(
                code: "sidecar.internal", status: 500, flag: "LR", meaning: "A fault in Outrigger.",
                remedy: "Report it with the request id.")
        case .clientClosed:
            Entry(
                code: "client.closed", status: 0, flag: "DC",
                meaning: "The client went away before the answer was sent.", remedy: "")
        case .clientTooSlow:
            Entry(
                code: "client.too_slow", status: 0, flag: "SI",
                meaning: "The client took next to nothing of its answer, which was broken off.",
                remedy: "Read answers faster, or lower the listener's minimumProgress.")
        }
    }
}
