import HTTPWire
import Substrate
import Testing

/// Attack lists (1) and (4): request lines, hosts and paths that two parsers could read differently.
@Suite struct HostileTargetTests {
    @Test(arguments: [
        ("/", "/"), ("/a", "/a"), ("//", "/"), ("//a///b//", "/a/b/"), ("/./a", "/a"), ("/a/.", "/a/"),
        ("/a/./b", "/a/b"), ("/a/../b", "/b"), ("/a/..", "/"), ("/a/b/..", "/a/"), ("/a/b/../", "/a/"),
        ("/a/b/../../c", "/c"), ("/a/%2e/b", "/a/b"), ("/a/%2E%2e/b", "/b"), ("/a/.%2e/b", "/b"),
        ("/%41%2d%5F%7e", "/A-_~"), ("/%c3%A9", "/%C3%A9"), ("/a%20b", "/a%20b"), ("/a%3fb", "/a%3Fb"),
        ("/a;p=1/b;q", "/a;p=1/b;q"), ("/A/b", "/A/b"), ("/...", "/..."), ("/.a", "/.a"),
        ("/..a/b", "/..a/b"),
        ("/a.b", "/a.b"), ("/a%25", "/a%25"), ("/a%25zz", "/a%25zz"), ("/a%252", "/a%252"),
        ("/a/..//b", "/b"), ("/a//../b", "/b"), ("/:@!$&'()*+,;=-._~", "/:@!$&'()*+,;=-._~"),
        ("/%3b", "/%3B"),
    ])
    func `a path has one canonical form`(target: String, path: String) {
        let transcript = Transcript.requests(request("GET \(target)?k=%2F HTTP/1.1"))
        #expect(transcript.fault == .none)
        #expect(
            transcript.lines.first?.hasPrefix("head get GET \(target)?k=%2F path=\(path) query=k=%2F ")
                == true)
        // The canonical form is its own canonical form.
        let again = Transcript.requests(request("GET \(path) HTTP/1.1"))
        #expect(again.lines.first?.hasPrefix("head get GET \(path) path=\(path) ") == true)
    }

    @Test(arguments: [
        ("/a%2fb", HTTP1Fault.encodedSlash), ("/a%2Fb", .encodedSlash), ("/a%5cb", .encodedSlash),
        ("/a\\b", .backslashInPath), ("/a%00", .encodedControl), ("/a%0d%0ab", .encodedControl),
        ("/a%7f", .encodedControl), ("/a%252fb", .doubleEncoding), ("/a%252e%252e/b", .doubleEncoding),
        ("/a%25%32f", .doubleEncoding), ("/a%25%32%66", .doubleEncoding), ("/%2541", .doubleEncoding),
        ("/a%", .percentMalformed), ("/a%2", .percentMalformed), ("/a%zz", .percentMalformed),
        ("/a%2/b", .percentMalformed), ("/..", .pathAboveRoot), ("/../a", .pathAboveRoot),
        ("/a/../../b", .pathAboveRoot), ("/%2e%2e/a", .pathAboveRoot), ("/.%2e", .pathAboveRoot),
        ("//..", .pathAboveRoot), ("/a/..;/b", .dotSegmentWithParameters),
        ("/a/..;x=1/b", .dotSegmentWithParameters),
        ("/.;/b", .dotSegmentWithParameters), ("/a/%2e%2e;/b", .dotSegmentWithParameters),
        ("/a#b", .fragmentInTarget), ("/a?b#c", .fragmentInTarget), ("/\u{E9}", .nonASCIIInTarget),
        ("/a?\u{E9}", .nonASCIIInTarget), ("/a\0", .controlInTarget), ("/a\tb", .controlInTarget),
        ("/a?\u{7F}", .controlInTarget), ("/a\"b", .characterInPath), ("/a<b", .characterInPath),
        ("/a|b", .characterInPath), ("/[a]", .characterInPath), ("/a?\"", .characterInQuery),
        ("/a?<x>", .characterInQuery),
        ("/%c0%af", .overlongEncoding), ("/%c0%ae%c0%ae/", .overlongEncoding),
        ("/%e0%80%af", .overlongEncoding),
        ("*", .targetMalformed), ("a", .targetMalformed), ("?a", .targetMalformed), ("#", .fragmentInTarget),
        ("ftp://a/", .schemeUnsupported), ("http:/a/", .targetMalformed), ("javascript:x", .targetMalformed),
        ("http://u@a/", .hostInvalid), ("http:///x", .hostInvalid), ("http://b/", .hostNotAuthority),
        ("http://a:81/", .hostNotAuthority), ("https://a:80/", .hostNotAuthority),
    ])
    func `a target that can be read in two ways is refused`(target: String, fault: HTTP1Fault) {
        let wire = Array(request("GET \(target) HTTP/1.1").utf8)
        let whole = Transcript.requests(wire)
        #expect(whole.fault == fault)
        #expect(whole.reason.status == 400)
        #expect(whole.outstandingHeads == 0)
        #expect(Transcript.requests(wire, cuts: Array(0..<wire.count)).fault == fault)
    }

    @Test(arguments: [
        ("http://a", "/"), ("http://A?x", "/"), ("http://a/b", "/b"), ("HTTPS://a:443/", "/"),
        ("http://a:80/", "/"),
    ])
    func `an absolute target must name its host`(target: String, path: String) {
        let transcript = Transcript.requests(request("GET \(target) HTTP/1.1"))
        #expect(transcript.fault == .none)
        #expect(transcript.lines.first?.contains("path=\(path) ") == true)
        #expect(transcript.lines.first?.contains("host=a ") == true)
    }

    @Test func `OPTIONS asks about the whole server`() {
        #expect(Transcript.requests(request("OPTIONS * HTTP/1.1")).lines[0].contains("path=* "))
        #expect(Transcript.requests(request("OPTIONS http://a HTTP/1.1")).lines[0].contains("path=* "))
        #expect(Transcript.requests(request("OPTIONS http://a/ HTTP/1.1")).lines[0].contains("path=/ "))
    }

    @Test(arguments: [
        ("GET / HTTP/1.2", HTTP1Fault.versionUnsupported, 505), ("GET / HTTP/2.0", .versionUnsupported, 505),
        ("GET / HTTP/0.9", .versionUnsupported, 505), ("GET /", .versionUnsupported, 505),
        ("PRI * HTTP/2.0", .versionUnsupported, 505), ("GET  / HTTP/1.1", .requestLineMalformed, 400),
        ("GET /  HTTP/1.1", .requestLineMalformed, 400), ("GET / HTTP/1.1 ", .requestLineMalformed, 400),
        ("GET / http/1.1", .requestLineMalformed, 400), ("GET / x", .requestLineMalformed, 400),
        ("GET / HTTP/1.10", .requestLineMalformed, 400), ("GET / HTTP/1.1\tx", .requestLineMalformed, 400),
        (" GET / HTTP/1.1", .methodInvalid, 400), ("G(T / HTTP/1.1", .methodInvalid, 400),
        ("GET\t/ HTTP/1.1", .methodInvalid, 400), ("GET", .methodInvalid, 400),
        ("\u{16}\u{03}\u{01}", .methodInvalid, 400), ("TRACE / HTTP/1.1", .methodRefused, 405),
        ("CONNECT a:443 HTTP/1.1", .methodRefused, 405), ("GET ", .requestLineMalformed, 400),
    ])
    func `a request line that is not one is refused`(line: String, fault: HTTP1Fault, status: UInt16) {
        let wire = Array(request(line).utf8)
        let whole = Transcript.requests(wire)
        #expect(whole.fault == fault)
        #expect(whole.reason.status == status)
        #expect(Transcript.requests(wire, cuts: Array(0..<wire.count)).fault == fault)
    }

    @Test(arguments: [
        ([], HTTP1Fault.hostMissing), (["Host: a", "Host: a"], .hostDuplicate), (["Host:"], .hostInvalid),
        (["Host: a, b"], .hostInvalid), (["Host: a b"], .hostInvalid), (["Host: u@a"], .hostInvalid),
        (["Host: a/b"], .hostInvalid), (["Host: a%2e"], .hostInvalid), (["Host: a:"], .hostInvalid),
        (["Host: a:0"], .hostInvalid), (["Host: a:65536"], .hostInvalid), (["Host: a:+80"], .hostInvalid),
        (["Host: a:80:80"], .hostInvalid), (["Host: :80"], .hostInvalid), (["Host: ."], .hostInvalid),
        (["Host: a.."], .hostInvalid), (["Host: .a"], .hostInvalid), (["Host: a..b"], .hostInvalid),
        (["Host: [::1"], .hostInvalid), (["Host: []"], .hostInvalid), (["Host: [::1%25eth0]"], .hostInvalid),
        (["Host: [::1]a"], .hostInvalid), (["Host: \u{E9}"], .hostInvalid),
    ])
    func `a Host field that names no host is refused`(fields: [String], fault: HTTP1Fault) {
        let transcript = Transcript.requests(request("GET / HTTP/1.1", fields))
        #expect(transcript.fault == fault)
        #expect(transcript.reason == .hostMissing)
    }

    @Test(arguments: [
        ("a", "a"), ("A.B", "a.b"), ("a.:80", "a"), ("a-b_c.d1:65535", "a-b_c.d1"),
        ("127.0.0.1:1", "127.0.0.1"),
        ("[2001:DB8::1]:443", "[2001:db8::1]"), ("[::ffff:1.2.3.4]", "[::ffff:1.2.3.4]"),
    ])
    func `a host is lower case, without port and trailing dot`(value: String, host: String) {
        let transcript = Transcript.requests(request("GET / HTTP/1.1", ["Host: \(value)"]))
        #expect(transcript.lines.first?.contains("authority=\(value) host=\(host) ") == true)
    }

    @Test func `other expectations than 100-continue fail`() {
        let transcript = Transcript.requests(request("PUT / HTTP/1.1", ["Host: a", "Expect: 200-ok"]))
        #expect(transcript.fault == .expectationUnknown)
        #expect(transcript.reason.status == 417)
    }

    /// CVE-2024-45410, CVE-2022-31813, CVE-2025-48865: attack list (5).
    @Test(arguments: [
        "authorization", "Host", "content-length", "X-Forwarded-For", "x-forwarded-port",
        "X-Forwarded-Client-Cert",
        "x-outrigger-tenant", "X-Outrigger-Anything", "traceparent", "x-real-ip", "forwarded", "cookie",
        "X-Hub-Signature-256", "x-request-id", "close, authorization", "expect",
    ])
    func `Connection cannot strip what others rely on`(option: String) {
        let transcript = Transcript.requests(request("GET / HTTP/1.1", ["Host: a", "Connection: \(option)"]))
        #expect(transcript.fault == .connectionOptionProtected)
        #expect(transcript.reason == .requestMalformed)
    }

    @Test func `Connection is a short list of tokens`() {
        func fault(_ value: String) -> HTTP1Fault {
            Transcript.requests(request("GET / HTTP/1.1", ["Host: a", "Connection: \(value)"])).fault
        }
        #expect(fault(Array(repeating: "x", count: 16).joined(separator: ",")) == .none)
        #expect(fault(Array(repeating: "x", count: 17).joined(separator: ",")) == .connectionOptionInvalid)
        #expect(fault("a b") == .connectionOptionInvalid)
        #expect(fault("\"close\"") == .connectionOptionInvalid)
        #expect(fault("close,, TE, transfer-encoding") == .none)
    }

    /// CVE-2025-64484.
    @Test func `underscores in names are refused where it is asked for`() {
        var limits = HTTP1Limits()
        let wire = request("GET / HTTP/1.1", ["Host: a", "X_Forwarded_For: b"])
        #expect(Transcript.requests(wire, limits: limits).fault == .none)
        limits.refusesUnderscores = true
        #expect(Transcript.requests(wire, limits: limits).reason == .underscoreName)
        let trailer = request(
            "PUT / HTTP/1.1", ["Host: a", "Transfer-Encoding: chunked"], body: "0\r\na_b: c\r\n\r\n")
        #expect(Transcript.requests(trailer, limits: limits).reason == .underscoreName)
    }
}
