import MeshModel
import Substrate
import Testing

@Suite struct ValueTests {
    static func words(_ words: UInt16...) -> [UInt8] {
        var octets: [UInt8] = []
        for word in words { octets += [UInt8(word >> 8), UInt8(word & 0xFF)] }
        return octets
    }

    static let addresses: [(String, MeshAddress)] = [
        ("127.0.0.1:80", .ipv4([127, 0, 0, 1], port: 80)),
        ("0.0.0.0:0", .ipv4([0, 0, 0, 0], port: 0)),
        ("255.255.255.255:65535", .ipv4([255, 255, 255, 255], port: 65_535)),
        ("[::]:1", .ipv6(words(0, 0, 0, 0, 0, 0, 0, 0), port: 1)),
        ("[::1]:1", .ipv6(words(0, 0, 0, 0, 0, 0, 0, 1), port: 1)),
        (
            "[2001:DB8:0:0:8:800:200C:417A]:1",
            .ipv6(words(0x2001, 0xDB8, 0, 0, 8, 0x800, 0x200C, 0x417A), port: 1)
        ),
        (
            "[2001:db8::8:800:200c:417a]:1",
            .ipv6(words(0x2001, 0xDB8, 0, 0, 8, 0x800, 0x200C, 0x417A), port: 1)
        ),
        ("[fe80::]:1", .ipv6(words(0xFE80, 0, 0, 0, 0, 0, 0, 0), port: 1)),
        ("[::ffff:1.2.3.4]:1", .ipv6(words(0, 0, 0, 0, 0, 0xFFFF, 0x102, 0x304), port: 1)),
        ("[1:2:3:4:5:6:7::]:1", .ipv6(words(1, 2, 3, 4, 5, 6, 7, 0), port: 1)),
        ("[1:2:3:4:5:6:7.8.9.10]:1", .ipv6(words(1, 2, 3, 4, 5, 6, 0x708, 0x90A), port: 1)),
        ("unix:/run/a.sock", .unix(path: "/run/a.sock")),
    ]

    @Test(arguments: addresses)
    func `addresses are read in every form, and back`(text: String, address: MeshAddress) throws {
        #expect(try MeshAddress(parsing: text) == address)
        #expect(try MeshAddress(parsing: address.description) == address)
    }

    static let refusedAddresses: [(String, MeshAddressError)] = [
        ("localhost:80", MeshAddressError.hostName), ("backend", .hostName),
        ("api.example.test:443", .hostName),
        ("127.0.0.1", .missingPort), ("[::1]", .missingPort), ("127.0.0.1:", .port),
        ("127.0.0.1:65536", .port),
        ("127.0.0.1:080", .port), ("127.0.0.1:+80", .port), ("127.0.0.1:99999999999999999999", .port),
        ("127.0.0.1:80 ", .port), ("256.0.0.1:80", .ipv4), ("1.2.3:80", .ipv4), ("01.2.3.4:80", .ipv4),
        ("1.2.3.4.5:80", .ipv4), (":80", .ipv4), ("::1:80", .ipv6), ("[::1:80", .ipv6), ("[]:80", .ipv6),
        ("[:::]:1", .ipv6), ("[1::2::3]:1", .ipv6), ("[1:2:3:4:5:6:7:8:9]:1", .ipv6),
        ("[1:2:3:4:5:6:7:8::]:1", .ipv6),
        ("[1:2:3:4:5:6:7]:1", .ipv6), ("[12345::]:1", .ipv6), ("[::1.2.3]:1", .ipv6),
        ("[1.2.3.4::]:1", .ipv6),
        ("[:1::]:1", .ipv6), ("[1::2:]:1", .ipv6), ("[g::]:1", .ipv6), ("[fe80::1%eth0]:1", .zone),
        ("unix:", .unixPathNotAbsolute), ("unix:a.sock", .unixPathNotAbsolute),
        ("unix:/a\u{0}b", .unixPathNUL),
    ]

    @Test(arguments: refusedAddresses)
    func `what is no address says why`(text: String, error: MeshAddressError) {
        #expect(throws: error) { try MeshAddress(parsing: text) }
    }

    @Test func `a socket's path has 107 bytes, not one more`() throws {
        let path = "/" + String(repeating: "s", count: 106)
        #expect(try MeshAddress(parsing: "unix:" + path) == .unix(path: path))
        #expect(throws: MeshAddressError.unixPathTooLong) { try MeshAddress(parsing: "unix:" + path + "s") }
    }

    static let spans: [(String, UInt64)] = [
        ("1ns", UInt64(1)), ("0s", 0), ("2us", 2_000), ("250ms", 250_000_000), ("30s", 30_000_000_000),
        ("5m", 300_000_000_000), ("24h", 86_400_000_000_000), ("1d", 86_400_000_000_000),
        ("18446744073709551615ns", .max),
    ]

    @Test(arguments: spans)
    func `spans are read, and back`(text: String, nanoseconds: UInt64) {
        #expect(TimeSpan(parsing: text)?.nanoseconds == nanoseconds)
        #expect(TimeSpan(parsing: TimeSpan(nanoseconds: nanoseconds).description)?.nanoseconds == nanoseconds)
    }

    @Test(arguments: [
        "", "s", "30", "-1s", "+1s", "1.5s", "1 s", " 1s", "1S", "1sec", "1m30s", "18446744073709551616ns",
        "18446744073709551615us", "213504d", "99999999999999999999999s", "१s",
    ])
    func `what is no span, or overflows, is refused`(text: String) { #expect(TimeSpan(parsing: text) == nil) }

    @Test func `an identity has a trust domain and a path`() throws {
        let identity = try #require(SPIFFEID(parsing: "spiffe://mesh.test/tenant/acme/service/Back_end-1.2"))
        #expect(identity.trustDomain == "mesh.test")
        #expect(identity.path == "/tenant/acme/service/Back_end-1.2")
        #expect(identity.description == "spiffe://mesh.test/tenant/acme/service/Back_end-1.2")
        let bytes = Array("spiffe://mesh.test/a".utf8)
        #expect(bytes.withBytes { SPIFFEID(parsing: $0) } == SPIFFEID(parsing: "spiffe://mesh.test/a"))
    }

    static let refusedIdentities: [(String, SPIFFEIDError)] = [
        ("", SPIFFEIDError.scheme), ("https://mesh.test/a", .scheme), ("SPIFFE://mesh.test/a", .scheme),
        ("spiffe:/mesh.test/a", .scheme), ("spiffe://", .emptyTrustDomain),
        ("spiffe:///a", .emptyTrustDomain),
        ("spiffe://Mesh.test/a", .trustDomainCharacter), ("spiffe://me sh/a", .trustDomainCharacter),
        ("spiffe://mesh.test:443/a", .port), ("spiffe://u@mesh.test/a", .userInfo),
        ("spiffe://mesh.test/a?b", .query), ("spiffe://mesh.test/a#b", .fragment),
        ("spiffe://mesh.test/%61", .percentEncoding), ("spiffe://mesh.test", .missingPath),
        ("spiffe://mesh.test/", .trailingSlash), ("spiffe://mesh.test/a/", .trailingSlash),
        ("spiffe://mesh.test//a", .emptySegment), ("spiffe://mesh.test/a/./b", .dotSegment),
        ("spiffe://mesh.test/..", .dotSegment), ("spiffe://mesh.test/a\u{0}", .segmentCharacter),
        ("spiffe://mesh.test/a:b", .segmentCharacter), ("spiffe://mesh.test/ü", .segmentCharacter),
    ]

    @Test(arguments: refusedIdentities)
    func `what is no identity says which rule is broken`(text: String, error: SPIFFEIDError) {
        #expect(throws: error) { try SPIFFEID.parse(text) }
        #expect(SPIFFEID(parsing: text) == nil)
    }

    @Test func `an identity has 512 bytes and its trust domain 255, not one more`() {
        func identity(_ count: Int) -> String { "spiffe://m/" + String(repeating: "a", count: count - 11) }
        #expect(SPIFFEID(parsing: identity(512)) != nil)
        #expect(throws: SPIFFEIDError.tooLong) { try SPIFFEID.parse(identity(513)) }
        #expect(SPIFFEID(parsing: "spiffe://" + String(repeating: "m", count: 255) + "/a") != nil)
        #expect(throws: SPIFFEIDError.trustDomainTooLong) {
            try SPIFFEID.parse("spiffe://" + String(repeating: "m", count: 256) + "/a")
        }
    }

    @Test func `a block holds its addresses and no other`() throws {
        let block = try #require(AddressBlock(parsing: "10.16.0.0/12"))
        #expect(block.contains([10, 31, 255, 255]))
        #expect(!block.contains([10, 32, 0, 0]))
        #expect(block.contains([UInt8](repeating: 0, count: 10) + [0xFF, 0xFF, 10, 16, 0, 1]))
        #expect(AddressBlock(parsing: "0.0.0.0/0")?.contains([1, 2, 3, 4]) == true)
        #expect(AddressBlock(parsing: "::/0")?.contains([1, 2, 3, 4]) == false)
        #expect(AddressBlock(parsing: "10.0.0.1/32")?.contains([10, 0, 0, 1]) == true)
        for text in ["10.0.0.0", "10.0.0.0/33", "10.0.0.1/8", "::/129", "/8", "10.0.0.0/08", "a/8"] {
            #expect(AddressBlock(parsing: text) == nil)
        }
    }

    @Test(
        arguments: [
            ("0%", 0), ("100%", 1_000_000), ("10%", 100_000), ("0.5%", 5_000), ("0.0001%", 1),
            ("99.9999%", 999_999),
            ("007.50%", 75_000),
        ] as [(String, UInt32)])
    func `a share is read exactly and written as short as it can be`(text: String, parts: UInt32) throws {
        let share = try #require(Share(parsing: text))
        #expect(share.partsPerMillion == parts)
        #expect(Share(parsing: "\(share)") == share)
        #expect("\(share)".count <= text.count)
    }

    @Test func `what is no share is none`() {
        for text in [
            "", "%", "10", "10 %", "-1%", "100.0001%", "101%", ".5%", "5.%", "1.2.3%", "1e1%", "0.00001%",
            "10%%", "99999999999999999999%", "１%",
        ] { #expect(Share(parsing: text) == nil, "\(text)") }
    }

    @Test func `a secret's value is in no description`() {
        let secret = SecretSource.value("hunter2")
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped, String(reflecting: [secret])] {
            #expect(!text.contains("hunter2"))
        }
    }
}
