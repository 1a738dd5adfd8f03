import Substrate
import Testing

@Suite struct KnownHeaderTests {
    private func known(_ name: String) -> KnownHeader { Array(name.utf8).withBytes { KnownHeader($0) } }

    private static let named = KnownHeader.allCases.filter { $0 != .other && $0 != .outriggerOther }

    @Test func `every name is recognised in lower, upper and mixed case`() {
        for header in Self.named {
            let name = "\(header.name)"
            #expect(known(name) == header)
            #expect(known(name.uppercased()) == header)
            let mixed = String(
                name.enumerated().map { $0.offset % 2 == 0 ? Character($0.element.uppercased()) : $0.element }
            )
            #expect(known(mixed) == header)
        }
    }

    @Test func `names are unique and are tokens`() {
        #expect(Set(Self.named.map { "\($0.name)" }).count == Self.named.count)
        for header in Self.named { #expect("\(header.name)".utf8.allSatisfy { ASCII.isToken($0) }) }
    }

    @Test func `near misses are not recognised`() {
        for header in Self.named {
            let name = Array("\(header.name)".utf8)
            let expected: KnownHeader = header.isOutrigger ? .outriggerOther : .other
            for index in name.indices {
                for change in [UInt8(1), 0x20, 0x40, 0x80] {
                    var miss = name
                    miss[index] ^= change
                    // Only a letter's case may differ.
                    let isSame = change == 0x20 && ASCII.isLetter(name[index])
                    let found = miss.withBytes { KnownHeader($0) }
                    if isSame {
                        #expect(found == header)
                    } else if let other = Self.named.first(where: { Array("\($0.name)".utf8) == miss }) {
                        #expect(found == other)
                    } else {
                        #expect(found == (index >= 12 ? expected : .other))
                    }
                }
            }
            for longer in [name + [0x2D], [0x78] + name, name + name] {
                #expect(
                    longer.withBytes { KnownHeader($0) }
                        == (longer.starts(with: "x-outrigger-".utf8) ? .outriggerOther : .other))
            }
        }
    }

    @Test func `every name of every length under x-outrigger- is ours`() {
        #expect(known("x-outrigger-").isOutrigger)
        #expect(!known("x-outrigger").isOutrigger)
        for length in 1..<60 {
            let name = "X-Outrigger-" + String(repeating: "z", count: length)
            #expect(known(name) == .outriggerOther, "\(name)")
        }
    }

    @Test func `no length and no first byte traps`() {
        for length in 0..<40 {
            for byte in UInt8.min...UInt8.max {
                let name = [UInt8](repeating: byte, count: length)
                #expect(name.withBytes { KnownHeader($0) } == .other)
            }
        }
    }

    @Test func `the hop-by-hop names are those of RFC 9110 section 7.6.1 and the proxy's own`() {
        #expect(
            Set(KnownHeader.allCases.filter(\.isHopByHop).map { "\($0.name)" }) == [
                "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding",
                "upgrade",
                "proxy-authenticate", "proxy-authorization",
            ])
    }

    @Test func `methods are recognised in their exact case only`() {
        for method in HTTPMethod.allCases where method != .other {
            #expect(HTTPMethod(Bytes(method.name)) == method)
            #expect(Array("\(method.name)".lowercased().utf8).withBytes { HTTPMethod($0) } == .other)
        }
        for name in ["", "G", "GETS", "PURGE", "POSt", "OPTION", "OTHER"] {
            #expect(Array(name.utf8).withBytes { HTTPMethod($0) } == .other)
        }
        #expect(
            HTTPMethod.allCases.filter(\.isIdempotent).map { "\($0.name)" } == [
                "GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE",
            ])
    }
}
