import Substrate
import Telemetry
import Testing

@Suite struct TraceStateTests {
    private func isValid(_ text: String) -> Bool { Array(text.utf8).withBytes { TraceState.isValid($0) } }

    /// What is propagated; nil when nothing is.
    private func bounded(_ text: String) -> String? {
        var buffer = ByteBuffer()
        let isKept = Array(text.utf8).withBytes { TraceState.appendBounded($0, into: &buffer) }
        return isKept ? buffer.bytes.text : nil
    }

    private func text(_ character: Character, _ count: Int) -> String {
        String(repeating: character, count: count)
    }

    @Test(arguments: [
        "foo=1", "foo=1,bar=2", "foo=1, \tbar=2", "foo=1,", ",foo=1", "foo=1,,bar=2", "foo= 1",
        "fw529a3039@dt=FfD",
        "a_-*/=1", "0key=1", "foo=!~",
    ])
    func `accepts the grammar's lists`(list: String) { #expect(isValid(list)) }

    @Test(arguments: [
        "", ",", " ", "foo", "foo=", "=1", "foo =1", "FOO=1", "foo.bar=1", "foo=1=2", "foo=\u{7F}",
        "foo=\u{1}",
        "foo=é", "@foo=1", "_foo=1", "foo=1;bar=2,baz", "foo=1\nbar=2",
    ])
    func `refuses what breaks the grammar`(list: String) {
        #expect(!isValid(list))
        #expect(bounded(list) == nil)
    }

    @Test func `takes 32 members and not 33`() {
        let members = (0..<33).map { "k\($0)=1" }
        #expect(isValid(members.prefix(32).joined(separator: ",")))
        #expect(!isValid(members.joined(separator: ",")))
    }

    @Test func `takes keys of 256 characters and not 257`() {
        #expect(isValid(text("k", 256) + "=1"))
        #expect(!isValid(text("k", 257) + "=1"))
    }

    @Test func `takes values of 256 characters and not 257`() {
        #expect(isValid("k=" + text("v", 256)))
        #expect(!isValid("k=" + text("v", 257)))
    }

    @Test func `propagates 512 characters unchanged and shortens 513 from the end`() throws {
        // 8 members of 63 characters and 7 commas are 511; one character more fits.
        let members = (0..<8).map { "k\($0)=" + text("v", 60) }
        let exact = members.joined(separator: ",") + "w"
        #expect(exact.count == 512)
        #expect(bounded(exact) == exact)
        #expect(bounded(exact + "x") == members.prefix(7).joined(separator: ","))
    }

    @Test func `drops members over 128 characters first`() throws {
        let long = "long=" + text("v", 124)
        let short = (0..<7).map { "k\($0)=" + text("v", 60) }
        #expect(long.count == 129)
        let list = ([long] + short).joined(separator: ",")
        #expect(list.count > 512)
        #expect(bounded(list) == short.joined(separator: ","))
        // One character shorter it is as good as any other, and the last goes.
        let kept = String(long.dropLast())
        #expect(
            bounded(([kept] + short).joined(separator: ","))
                == ([kept] + short.dropLast()).joined(separator: ","))
    }

    @Test func `keeps the first of two members with one key`() {
        #expect(bounded("a=1,b=2,a=3") == "a=1,b=2")
    }

    @Test func `leaves out blanks and empty members`() {
        #expect(bounded(" a=1 , ,b=2,") == "a=1,b=2")
    }
}
