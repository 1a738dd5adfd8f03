import Cryptography
import Substrate
import Testing

@Suite struct DigestTests {
    func hex(_ digest: Digest256) -> String {
        var buffer = ByteBuffer()
        digest.appendHex(to: &buffer)
        return buffer.bytes.text
    }

    func base64(_ digest: Digest256) -> String {
        var buffer = ByteBuffer()
        digest.appendBase64(to: &buffer)
        return buffer.bytes.text
    }

    func fromHex(_ text: String) -> Digest256? { Array(text.utf8).withBytes { Digest256(lowerHex: $0) } }
    func fromBase64(_ text: String) -> Digest256? { Array(text.utf8).withBytes { Digest256(base64: $0) } }
    func sha256(_ text: String) -> Digest256 { Array(text.utf8).withBytes { SHA256.digest($0) } }

    @Test func `SHA-256 gives the examples of FIPS 180-4`() {
        #expect(
            hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))
                == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    }

    @Test func `a hash is the same whole, byte by byte, and cut anywhere`() {
        let message = (0..<200).map { UInt8($0) }
        let whole = message.withBytes { SHA256.digest($0) }
        for cut in 0...200 {
            var hasher = SHA256Hasher()
            message.withBytes {
                hasher.update($0.prefix(cut))
                hasher.update($0.dropFirst(cut))
            }
            #expect(hasher.finish() == whole)
        }
    }

    @Test func `hexadecimal and base64 return what they were made of`() {
        for text in ["", "a", "b", "webhook", "äöå 😀"] {
            let digest = sha256(text)
            #expect(fromHex(hex(digest)) == digest)
            #expect(fromBase64(base64(digest)) == digest)
        }
        #expect(base64(sha256("")) == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
    }

    @Test func `only 64 lower-case hexadecimal digits are taken`() {
        let good = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        #expect(fromHex(good) != nil)
        #expect(fromHex(good.uppercased()) == nil)
        #expect(fromHex(String(good.dropLast())) == nil)
        #expect(fromHex(good + "0") == nil)
        #expect(fromHex("") == nil)
        for position in 0..<64 {
            for wrong in ["A", "F", "g", "/", ":", "@", "`", " ", "\0", "="] {
                var text = Array(good)
                text[position] = Character(wrong)
                #expect(fromHex(String(text)) == nil)
            }
        }
    }

    @Test func `only 44 canonical base64 characters are taken`() {
        let good = "yHMrrpnR3djZN2hfYtke24eaWQaOEOWndEdzE1Fcjbs="
        #expect(fromBase64(good) != nil)
        #expect(fromBase64(String(good.dropLast())) == nil)
        #expect(fromBase64(good + "=") == nil)
        #expect(fromBase64(good + "\n") == nil)
        #expect(fromBase64("") == nil)
        for position in 0..<43 {
            for wrong in ["-", "_", "=", " ", "\0", "@", "[", "`", "{", ":", "."] {
                var text = Array(good)
                text[position] = Character(wrong)
                #expect(fromBase64(String(text)) == nil)
            }
        }
        // The last character carries four bits: of 64 only 16 are canonical.
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        let taken = alphabet.filter { fromBase64(String(good.dropLast(2)) + String($0) + "=") != nil }
        #expect(taken == "AEIMQUYcgkosw048")
    }

    @Test func `digests that differ in any one bit are not equal`() {
        let text = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        let digest = fromHex(text)
        for position in 0..<64 {
            var changed = Array(text)
            changed[position] = changed[position] == "0" ? "1" : "0"
            #expect(fromHex(String(changed)) != digest)
        }
        #expect(fromHex(text) == digest)
    }

    func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.withBytes { first in right.withBytes { constantTimeEqual(first, $0) } }
    }

    @Test func `constant-time comparison sees every byte and the length`() {
        let secret = Array("verify-me".utf8)
        #expect(equal(secret, secret))
        #expect(equal([], []))
        #expect(!equal(secret, Array("verify-m".utf8)))
        #expect(!equal([], secret))
        for index in secret.indices {
            var changed = secret
            changed[index] ^= 1
            #expect(!equal(secret, changed))
        }
    }

    @Test func `random bytes fill the whole room and differ`() {
        var first = [UInt8](repeating: 0, count: 64)
        var second = [UInt8](repeating: 0, count: 64)
        unsafe first.withUnsafeMutableBufferPointer { unsafe SecureRandom.fill($0) }
        unsafe second.withUnsafeMutableBufferPointer { unsafe SecureRandom.fill($0) }
        #expect(first != second)
        #expect(first[32...].contains { $0 != 0 })
        #expect(SecureRandom.uint64() != SecureRandom.uint64())
        var none: [UInt8] = []
        unsafe none.withUnsafeMutableBufferPointer { unsafe SecureRandom.fill($0) }
    }
}
