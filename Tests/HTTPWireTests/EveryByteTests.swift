import HTTPWire
import Substrate
import Testing

/// The scans take eight bytes a step: each of the 256 bytes, at each place of a step, is judged by RFC 9110's grammar.
@Suite struct EveryByteTests {
    private static let tokens = Set(
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)

    private func accepts(name: [UInt8], value: [UInt8]) -> Bool {
        let wire =
            Array("GET / HTTP/1.1\r\nHost: a\r\n".utf8) + name + [0x3A] + value + Array("\r\n\r\n".utf8)
        let transcript = Transcript.requests(wire)
        return transcript.fault == .none && transcript.lines.count == 2
    }

    @Test func `a name takes tchars, wherever they stand`() {
        for place in [0, 1, 7, 8, 9, 15, 16, 17] {
            for byte in UInt8.min...UInt8.max where byte != 0x3A {
                var name = Array(repeating: UInt8(ascii: "n"), count: 18)
                name[place] = byte
                #expect(accepts(name: name, value: []) == Self.tokens.contains(byte), "\(byte) at \(place)")
            }
        }
    }

    @Test func `a value takes everything but controls, and tabs, wherever they stand`() {
        for place in [0, 1, 7, 8, 9, 15, 16, 17] {
            for byte in UInt8.min...UInt8.max {
                var value = Array(repeating: UInt8(ascii: "v"), count: 18)
                value[place] = byte
                let isAllowed = byte == 0x09 || (byte >= 0x20 && byte != 0x7F)
                #expect(accepts(name: [0x41], value: value) == isAllowed, "\(byte) at \(place)")
            }
        }
    }

    @Test func `names compare without the case of letters, and of nothing else`() {
        func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
            left.withBytes { left in right.withBytes { right in left.equalsIgnoringASCIICase(right) } }
        }
        for (count, place) in [(1, 0), (7, 3), (8, 0), (8, 7), (9, 8), (17, 9)] {
            for one in UInt8.min...UInt8.max {
                for other in [one, one ^ 0x20, one &+ 1, one ^ 0x80, 0x00, 0x5A, 0x7A] {
                    var left = Array(repeating: UInt8(ascii: "x"), count: count)
                    var right = Array(repeating: UInt8(ascii: "X"), count: count)
                    left[place] = one
                    right[place] = other
                    #expect(equal(left, right) == (ASCII.lowercased(one) == ASCII.lowercased(other)))
                }
            }
        }
    }
}
