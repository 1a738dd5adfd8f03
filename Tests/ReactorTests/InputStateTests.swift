import Reactor
import Substrate
import Testing

@Suite struct InputStateTests {
    @Test func `a second pipelined segment that comes while nobody reads is remembered`() {
        var input = InputState()
        input.signalled(.in)
        input.didRead(count: 100, capacity: 65_536)
        #expect(!input.mayHaveInput)
        // The answer is in flight: the edge comes and is not acted on.
        input.signalled(.in)
        #expect(input.mayHaveInput)
    }

    @Test func `a full read leaves input to be read`() {
        var input = InputState()
        input.signalled(.in)
        input.didRead(count: 4096, capacity: 4096)
        #expect(input.mayHaveInput)
        input.didBlock()
        #expect(!input.mayHaveInput)
    }

    @Test(arguments: [Readiness.rdhup, .hup, .err])
    func `a short read does not hide an end that was signalled with it`(end: Readiness) {
        var input = InputState()
        input.signalled([.in, end])
        input.didRead(count: 10, capacity: 4096)
        #expect(input.mayHaveInput)
        input.didRead(count: 0, capacity: 4096)
        #expect(!input.mayHaveInput && input.endOfInput && input.peerClosed)
    }

    @Test func `nothing brings input back after the end`() {
        var input = InputState()
        input.signalled(.in)
        input.didRead(count: 0, capacity: 1)
        input.signalled([.in, .rdhup, .hup])
        #expect(!input.mayHaveInput && input.hungUp)
    }

    @Test func `a failed read is the end`() {
        var input = InputState()
        input.signalled([.in, .err])
        input.didFail()
        #expect(input.endOfInput && input.failed && !input.mayHaveInput)
    }

    @Test func `room alone is no input`() {
        var input = InputState()
        input.signalled(.out)
        #expect(!input.mayHaveInput && !input.peerClosed)
    }
}
