import Substrate
import Testing

@Suite struct ASCIITests {
    @Test func `token bytes are those of RFC 9110 section 5.6.2 and no others`() {
        let token = Set("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
        #expect(token.count == 77)
        for byte in UInt8.min...UInt8.max { #expect(ASCII.isToken(byte) == token.contains(byte)) }
    }

    @Test func `classes and values agree with Unicode's view of every byte`() {
        for byte in UInt8.min...UInt8.max {
            let character = Character(Unicode.Scalar(byte))
            let isASCII = byte < 128
            #expect(ASCII.isDigit(byte) == (isASCII && character.isWholeNumber))
            #expect(ASCII.isLetter(byte) == (isASCII && character.isLetter))
            #expect(ASCII.digitValue(byte) == (isASCII ? character.wholeNumberValue.map { UInt8($0) } : nil))
            #expect(ASCII.hexValue(byte) == (isASCII ? character.hexDigitValue.map { UInt8($0) } : nil))
            let lower = isASCII ? character.lowercased().utf8.first ?? 0 : byte
            #expect(ASCII.lowercased(byte) == lower)
        }
    }

    @Test func `a nibble's digit is lower case, the high bits ignored`() {
        #expect((0..<16).map { ASCII.hexDigit($0) } == Array("0123456789abcdef".utf8))
        #expect(ASCII.hexDigit(0xFA) == UInt8(ascii: "a"))
    }
}
