import Substrate
import Testing

@Suite struct ReasonCodeTests {
    private static let reported = ReasonCode.allCases.filter { $0 != .none }

    @Test func `codes are unique, dotted and lower case`() {
        #expect(Set(ReasonCode.allCases.map { "\($0.code)" }).count == ReasonCode.allCases.count)
        for reason in Self.reported {
            let parts = "\(reason.code)".split(separator: ".", omittingEmptySubsequences: false)
            #expect(parts.count == 2, "\(reason)")
            #expect(
                parts.allSatisfy {
                    !$0.isEmpty && $0.utf8.allSatisfy { ASCII.isLetter($0) && $0 >= 0x61 || $0 == 0x5F }
                })
        }
    }

    @Test func `every code has a meaning, a flag, and a remedy where somebody can do something`() {
        for reason in ReasonCode.allCases {
            #expect("\(reason.entry.meaning)".hasSuffix("."), "\(reason)")
            #expect("\(reason.entry.flag)".isEmpty == (reason == .none), "\(reason)")
            let needsRemedy = reason != .none && reason != .clientClosed
            #expect("\(reason.entry.remedy)".hasSuffix(".") == needsRemedy, "\(reason)")
        }
    }

    @Test func `statuses are client or server errors, or none when nobody is left to answer`() {
        for reason in Self.reported {
            #expect((400...599).contains(reason.status) || [.clientClosed, .clientTooSlow].contains(reason))
        }
        #expect(ReasonCode.clientClosed.status == 0)
    }

    @Test func `the codes that others script against keep their text and status`() {
        let pinned: [(ReasonCode, String, UInt16)] = [
            (.webhookSignatureInvalid, "webhook.signature_invalid", 401),
            (.webhookTenantUnknown, "webhook.tenant_unknown", 403),
            (.webhookBatchMixed, "webhook.batch_mixed", 503),
            (.routeNotFound, "route.not_found", 404), (.serviceNotFound, "service.not_found", 404),
            (.upstreamNoneHealthy, "upstream.none_healthy", 503),
            (.upstreamConnectFailed, "upstream.connect_failed", 503),
            (.upstreamTimeout, "upstream.timeout", 504),
            (.bodyTooLarge, "body.too_large", 413), (.bodyMalformed, "body.malformed", 400),
            (.tenantContradiction, "tenant.contradiction", 403),
            (.headTooLarge, "request.head_too_large", 431),
            (.targetTooLong, "request.target_too_long", 414),
        ]
        for (reason, code, status) in pinned {
            #expect("\(reason.code)" == code)
            #expect(reason.status == status)
        }
    }
}
