import Cryptography
import Substrate
import Testing

/// One signature and what it was made of: GitHub's is from its documentation, the others are computed by the
/// providers' algorithms.
private struct Vector: Sendable, CustomTestStringConvertible {
    let name: String
    let secret: String
    let body: String
    let hex: String?
    let base64: String?
    var testDescription: String { name }
}

private let vectors = [
    Vector(
        name: "github-docs", secret: "It's a Secret to Everybody",
        body: #"Hello, World!"#,
        hex: "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
        base64: nil),
    Vector(
        name: "whatsapp-compact", secret: "test_app_secret",
        body: #"{"object":"whatsapp_business_account","entry":[]}"#,
        hex: "dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756",
        base64: nil),
    Vector(
        name: "whatsapp-spaced-same-json", secret: "test_app_secret",
        body: #"{"object": "whatsapp_business_account", "entry": []}"#,
        hex: "56cbbaf4961c6cfdae48b7f116c047e5eb513d2c931baae63a2bc1afd26f803a",
        base64: nil),
    Vector(
        name: "whatsapp-same-json-raw-utf8", secret: "test_app_secret",
        body: #"{"text":"äöå 😀 https://example.com"}"#,
        hex: "f5e88f50a96414dd482852d879f6d2ddfd830870824f6c58a58a203e7015c28d",
        base64: nil),
    Vector(
        name: "genesys-open-messaging", secret: "my-secret-token",
        body: #"{"id":"36e4d8d92b071f15116d01d111bb8802","channel":{"id":"a2171742-7359-41cf-aa6"#
            + #"8-ad5049250806","platform":"Open","type":"Private","to":{"id":"5608add1-7b77-460"#
            + #"b-a7f0-97a8d8f2b6db"},"from":{"nickname":"PS testing OM Integration","id":"a2171"#
            + #"742-7359-41cf-aa68-ad5049250806","idType":"Opaque"},"time":"2021-11-25T09:42:16."#
            + #"302Z","messageId":"36e4d8d92b071f15116d01d111bb8802"},"type":"Text","text":"Hell"#
            + #"o there!","originatingEntity":"Human","direction":"Outbound"}"#,
        hex: nil,
        base64: "yHMrrpnR3djZN2hfYtke24eaWQaOEOWndEdzE1Fcjbs="),
]

@Suite struct HMACTests {
    func code(_ secret: [UInt8], _ body: [UInt8]) -> Digest256 {
        var mac = HMACSHA256(secret.withBytes { HMACKey($0) })
        body.withBytes { mac.update($0) }
        return mac.finish()
    }

    func code(_ secret: String, _ body: String) -> Digest256 { code(Array(secret.utf8), Array(body.utf8)) }
    func fromHex(_ text: String) -> Digest256? { Array(text.utf8).withBytes { Digest256(lowerHex: $0) } }
    func fromBase64(_ text: String) -> Digest256? { Array(text.utf8).withBytes { Digest256(base64: $0) } }

    @Test(arguments: vectors)
    private func `a provider's signature is judged rightly`(vector: Vector) {
        let signature = vector.hex.map { fromHex($0) } ?? vector.base64.flatMap { fromBase64($0) }
        #expect(signature != nil)
        #expect(code(vector.secret, vector.body) == signature)
        #expect(code(vector.secret + "x", vector.body) != signature)
        #expect(code(vector.secret, vector.body + " ") != signature)
    }

    @Test func `a Genesys signature in hexadecimal is no base64`() {
        let hex = "c8732bae99d1ddd8d937685f62d91edb879a59068e10e5a774477313515c8dbb"
        #expect(fromBase64(hex) == nil)
    }

    @Test func `HMAC gives the cases of RFC 4231`() {
        let short = code([UInt8](repeating: 0x0B, count: 20), Array("Hi There".utf8))
        #expect(short == fromHex("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"))
        let words = code("Jefe", "what do ya want for nothing?")
        #expect(words == fromHex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"))
        // A key longer than the block is hashed first.
        let long = code(
            [UInt8](repeating: 0xAA, count: 131),
            Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8))
        #expect(long == fromHex("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"))
    }

    @Test func `a key of exactly one block and one byte more are both right`() {
        let message = Array("m".utf8)
        let block = [UInt8](repeating: 7, count: 64)
        let hashed = (block + [7]).withBytes { SHA256.digest($0) }
        let short = (0..<32).map { hashed[$0] }
        #expect(code(block + [7], message) == code(short, message))
        #expect(code(block, message) == code(block + [], message))
        #expect(code(block, message) != code(block + [0], message))
    }

    @Test func `a code is the same whole and cut anywhere, and again after reset and finish`() {
        let body = Array("{\"object\":\"whatsapp_business_account\",\"entry\":[]}".utf8)
        let key = Array("test_app_secret".utf8).withBytes { HMACKey($0) }
        let expected = fromHex("dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756")
        var mac = HMACSHA256(key)
        for cut in 0...body.count {
            body.withBytes {
                mac.update($0.prefix(cut))
                mac.reset()
                mac.update($0.prefix(cut))
                mac.update($0.dropFirst(cut))
            }
            let digest = mac.finish()
            #expect(digest == expected)
        }
    }
}
