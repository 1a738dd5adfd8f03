import Substrate
import Testing

@testable import Telemetry

@Suite struct PseudonymTests {
    private func hash(_ message: [UInt8]) -> UInt64 {
        message.withBytes {
            SipHash.hash($0, keyLow: 0x0706_0504_0302_0100, keyHigh: 0x0f0e_0d0c_0b0a_0908)
        }
    }

    private func pseudonym(_ text: String, _ key: PseudonymKey) -> String {
        Array(text.utf8).withBytes { bytes in
            written { key.pseudonym(of: Identifier(bytes)).append(into: &$0) }
        }
    }

    @Test func `hashes as SipHash-2-4 does`() {
        // Vectors of the reference implementation: lengths 0, 1, 8 and 15 of 00 01 02 …
        #expect(hash([]) == 0x726f_db47_dd0e_0e31)
        #expect(hash([0]) == 0x74f8_39c5_93dc_67fd)
        #expect(hash(Array(0..<8)) == 0x93f5_f579_9a93_2462)
        #expect(hash(Array(0..<15)) == 0xa129_ca61_49be_45e5)
    }

    @Test func `is the same for one tenant and another for the next`() {
        let process = PseudonymKey(high: 1, low: 2)
        let acme = process.derived(tenant: OpenLabel("acme"))
        let globex = process.derived(tenant: OpenLabel("globex"))
        let phone = "+4915112345678"
        #expect(pseudonym(phone, acme) == pseudonym(phone, process.derived(tenant: OpenLabel("acme"))))
        #expect(pseudonym(phone, acme) != pseudonym(phone, globex))
        #expect(pseudonym(phone, acme) != pseudonym("+4915112345679", acme))
        #expect(
            pseudonym(phone, acme)
                != pseudonym(phone, PseudonymKey(high: 1, low: 3).derived(tenant: OpenLabel("acme"))))
    }

    @Test func `is written as 15 characters without the identifier`() {
        let text = pseudonym("+4915112345678", PseudonymKey(high: 1, low: 2))
        #expect(text.count == Pseudonym.encodedCount)
        #expect(text.hasPrefix("p_"))
        #expect(!text.contains("4915112345678"))
    }
}
