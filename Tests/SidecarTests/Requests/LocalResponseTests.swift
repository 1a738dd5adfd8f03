import Substrate
import Telemetry
import Testing

@testable import Sidecar

@Suite("answers of our own")
struct LocalResponseTests {
    private func answer(
        _ reason: ReasonCode, isHead: Bool = false, closing: Bool = false, allows: StaticString? = nil
    ) -> String {
        var body = ByteBuffer()
        LocalResponse.problem(reason, requestID: nil, into: &body)
        var response = LocalResponse(
            status: reason.status, contentType: "application/problem+json", reason: reason, closing: closing)
        if let allows { response.allows = allows }
        return written { response.append(body: body.bytes, isHead: isHead, into: &$0) }
    }

    @Test func `a problem holds title, status, reason and request id and nothing else`() {
        var random = RandomSource(seed: 1)
        let id = RequestID(random: &random)
        let text = written { LocalResponse.problem(.routeNotFound, requestID: id, into: &$0) }
        let idText = written { id.append(into: &$0) }
        #expect(
            text
                == "{\"title\":\"Not Found\",\"status\":404,\"reason\":\"route.not_found\",\"requestId\":\"\(idText)\"}\n"
        )
    }

    @Test func `a HEAD answer says the length and sends no body`() {
        let get = answer(.routeNotFound)
        let head = answer(.routeNotFound, isHead: true)
        #expect(get.hasPrefix(head))
        #expect(head.hasSuffix("\r\n\r\n"))
        #expect(head.contains("content-length: 60\r\n") || head.contains("content-length: "))
    }

    @Test func `a refused method is told which are allowed`() {
        #expect(answer(.webhookMethodRefused).contains("allow: GET, POST\r\n"))
        #expect(answer(.methodRefused, allows: "GET, HEAD").contains("allow: GET, HEAD\r\n"))
        #expect(!answer(.routeNotFound).contains("allow:"))
    }

    @Test func `unavailable is told to come back and closing is said`() {
        #expect(answer(.draining).contains("retry-after: 1\r\n"))
        #expect(answer(.draining, closing: true).contains("connection: close\r\n"))
        #expect(!answer(.draining).contains("connection:"))
    }

    @Test(arguments: ReasonCode.allCases.filter { $0 != .none })
    func `every reason is an answer with its code`(_ reason: ReasonCode) {
        #expect(answer(reason).contains("x-outrigger-reason: \(reason.code)\r\n"))
        #expect(answer(reason).contains("x-content-type-options: nosniff\r\n"))
    }
}
