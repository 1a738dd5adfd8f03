import Reactor
import Substrate
import Testing

@Suite struct SocketAddressTests {
    private func ip(_ address: SocketAddress) -> String {
        var buffer = ByteBuffer()
        address.appendIP(into: &buffer)
        return buffer.bytes.text
    }

    @Test func `writes IPv4 with and without its port`() {
        let address = SocketAddress(ipv4: (192, 0, 2, 255), port: 65_535)
        #expect(address.description == "192.0.2.255:65535")
        #expect(ip(address) == "192.0.2.255")
        #expect(address.family == .ipv4 && address.port == 65_535 && address.ipv4 == 0xC000_02FF)
    }

    @Test(
        arguments: [
            (0, 0, "::"), (0, 1, "::1"), (0x2001_0db8_0000_0000, 0x0000_0000_0000_0001, "2001:db8::1"),
            (0x2001_0db8_0000_0001, 0x0001_0001_0001_0001, "2001:db8:0:1:1:1:1:1"),
            (0x2001_0000_0000_0001, 0x0000_0000_0000_0001, "2001:0:0:1::1"),
            (0x2001_0db8_0000_0000, 0x0001_0000_0000_0001, "2001:db8::1:0:0:1"),
            (0xfe80_0000_0000_0000, 0, "fe80::"),
            (0x0001_0002_0003_0004, 0x0005_0006_0007_0008, "1:2:3:4:5:6:7:8"),
        ] as [(UInt64, UInt64, String)])
    func `writes IPv6 as RFC 5952 wants it`(high: UInt64, low: UInt64, text: String) {
        let address = SocketAddress(ipv6: high, low, port: 443)
        #expect(ip(address) == text)
        #expect(address.description == "[\(text)]:443")
    }

    @Test func `an IPv4 address mapped into IPv6 is written as IPv4 for the next hop`() {
        let address = SocketAddress(ipv6: 0, 0x0000_FFFF_0A01_0203, port: 1)
        #expect(ip(address) == "10.1.2.3")
        #expect(address.ipv4 == 0x0A01_0203)
    }

    @Test func `a Unix path may have 107 bytes and no more`() {
        let longest = String(repeating: "p", count: SocketAddress.maxUnixPathBytes)
        #expect(SocketAddress(unixPath: longest)?.unixPath == longest)
        #expect(SocketAddress(unixPath: longest + "p") == nil)
        #expect(SocketAddress(unixPath: "") == nil)
        #expect(SocketAddress(unixPath: "a\0b") == nil)
        #expect(SocketAddress(unixPath: "/run/x")?.description == "unix:/run/x")
        #expect(SocketAddress(unixPath: "/run/x").map(ip) == "unknown")
    }

    @Test func `sixteen bytes make an IPv6 address and fifteen none`() {
        let bytes = [UInt8](0..<16)
        #expect(
            SocketAddress(ipv6: bytes, port: 1)
                == SocketAddress(ipv6: 0x0001_0203_0405_0607, 0x0809_0A0B_0C0D_0E0F, port: 1))
        #expect(SocketAddress(ipv6: Array(bytes.dropLast()), port: 1) == nil)
    }
}
