import Substrate
import Testing

@testable import Sidecar

@Suite("X-Forwarded-For")
struct ForwardedForTests {
    private func trusted(_ hops: Int, _ fields: String...) -> String? {
        let lines = fields.map { "X-Forwarded-For: \($0)\r\n" }.joined()
        return withHead("GET / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n") { head in
            written { ForwardedFor.appendTrusted(head, hops: hops, into: &$0) }
        }
    }

    @Test func `without hops nothing is believed`() {
        #expect(trusted(0, "1.1.1.1, 2.2.2.2") == "")
        #expect(trusted(-1, "1.1.1.1") == "")
    }

    @Test func `one hop is the last address`() {
        #expect(trusted(1, "1.1.1.1, 2.2.2.2") == "2.2.2.2, ")
        #expect(trusted(1, "1.1.1.1", "2.2.2.2") == "2.2.2.2, ")
    }

    @Test func `two hops are the last two, over fields`() {
        #expect(trusted(2, "6.6.6.6, 1.1.1.1", "2.2.2.2") == "1.1.1.1, 2.2.2.2, ")
        #expect(trusted(2, "6.6.6.6", "1.1.1.1,2.2.2.2") == "1.1.1.1, 2.2.2.2, ")
    }

    @Test func `fewer addresses than hops are all kept`() {
        #expect(trusted(2, "1.1.1.1") == "1.1.1.1, ")
        #expect(trusted(2) == "")
    }

    private func client(_ hops: Int?, _ fields: String...) -> String? {
        let lines = fields.map { "X-Forwarded-For: \($0)\r\n" }.joined()
        return withHead("GET / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n") { head in
            (hops.map { ForwardedFor.address(head, fromRight: $0) } ?? ForwardedFor.first(head))?.text
                ?? "none"
        }
    }

    @Test func `the client is as many places from the right as there are proxies`() {
        #expect(client(1, "6.6.6.6, 1.1.1.1") == "1.1.1.1")
        #expect(client(2, "6.6.6.6, 1.1.1.1", "2.2.2.2") == "1.1.1.1")
        #expect(client(3, "1.1.1.1") == "1.1.1.1")
        #expect(client(1) == "none")
        #expect(client(nil, "1.1.1.1, 2.2.2.2") == "1.1.1.1")
        #expect(client(nil) == "none")
    }

    @Test func `empty elements do not count`() {
        #expect(trusted(1, "1.1.1.1, ,, ") == "1.1.1.1, ")
        #expect(trusted(2, ",1.1.1.1,,", "", " , 2.2.2.2") == "1.1.1.1, 2.2.2.2, ")
        #expect(trusted(1, ",,,") == "")
    }
}
