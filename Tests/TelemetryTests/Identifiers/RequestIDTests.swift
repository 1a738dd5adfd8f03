import Substrate
import Telemetry
import Testing

@Suite struct RequestIDTests {
    private func parse(_ text: String) -> RequestID? { Array(text.utf8).withBytes { RequestID(parsing: $0) } }
    private func isAcceptable(_ text: String) -> Bool {
        Array(text.utf8).withBytes { RequestID.isAcceptable($0) }
    }

    @Test func `writes a random UUID that reads back`() throws {
        var random = RandomSource(seed: 3)
        for _ in 0..<1_000 {
            let id = RequestID(random: &random)
            let text = written { id.append(into: &$0) }
            let groups = text.split(separator: "-").map(\.count)
            #expect(groups == [8, 4, 4, 4, 12])
            #expect(Array(text)[14] == "4")
            #expect("89ab".contains(Array(text)[19]))
            #expect(parse(text) == id)
        }
    }

    @Test func `puts each digit in its place`() throws {
        let text = "01234567-89ab-4cde-bf01-23456789abcd"
        let id = try #require(parse(text))
        #expect(written { id.append(into: &$0) } == text)
    }

    @Test(arguments: [
        "", "01234567-89ab-4cde-bf01-23456789abc", "01234567-89ab-4cde-bf01-23456789abcde",
        "01234567-89ab-1cde-bf01-23456789abcd", "01234567-89ab-4cde-cf01-23456789abcd",
        "01234567-89AB-4cde-bf01-23456789abcd", "0123456789ab-4cde-bf01-23456789abcd-",
        "+4915112345678-89ab-4cde-bf01-234567",
    ])
    func `reads nothing but a random UUID`(text: String) { #expect(parse(text) == nil) }

    @Test func `accepts 1 to 128 token characters of a trusted sender`() {
        #expect(isAcceptable("a"))
        #expect(isAcceptable(String(repeating: "a", count: 128)))
        #expect(!isAcceptable(String(repeating: "a", count: 129)))
        #expect(!isAcceptable(""))
        for hostile in ["a b", "a\r\nb", "a\"b", "a,b", "é", "a\u{0}"] { #expect(!isAcceptable(hostile)) }
    }
}
