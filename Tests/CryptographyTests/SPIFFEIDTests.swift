import Cryptography
import Substrate
import Testing

@Suite struct SPIFFEIDTests {
    func parse(_ text: String) -> [String]? {
        Array(text.utf8).withBytes { id in
            SPIFFEID.parse(id).map { [id[$0.trustDomain].text, id[$0.path].text] }
        }
    }

    @Test func `an ID is its trust domain and its path`() {
        #expect(parse("spiffe://mesh.test/service/edge") == ["mesh.test", "/service/edge"])
        #expect(parse("spiffe://a-b_c.1/ns/x/sa/Y_z.-") == ["a-b_c.1", "/ns/x/sa/Y_z.-"])
        #expect(parse("spiffe://a/...") == ["a", "/..."])
    }

    @Test(arguments: [
        "", "spiffe://", "spiffe:///a", "spiffe://a", "spiffe://a/", "spiffe://a//b", "spiffe://a/b/",
        "spiffe://a/.", "spiffe://a/..", "spiffe://a/b/../c", "spiffe://A/b", "spiffe://a:1/b",
        "spiffe://u@a/b", "spiffe://a/b?c", "spiffe://a/b#c", "spiffe://a/%62", "spiffe://a/b\0",
        "spiffe://a/ä",
        "Spiffe://a/b", "https://a/b", " spiffe://a/b", "spiffe://a/b ",
    ])
    func `what breaks a rule is no ID`(text: String) {
        #expect(parse(text) == nil)
    }

    @Test func `every prefix of an ID is judged without a trap`() {
        let whole = Array("spiffe://mesh.test/service/edge".utf8)
        let valid = (0...whole.count).filter { count in
            Array(whole[..<count]).withBytes { SPIFFEID.isValid($0) }
        }
        // All that end inside a segment.
        #expect(valid == Array(20...26) + Array(28...31))
    }
}
