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

@Suite struct OutputStateTests {
    @Test func `a short write waits for an edge and a whole one does not`() {
        var output = OutputState()
        output.didWrite(count: 10, offered: 10)
        #expect(output.mayHaveRoom)
        output.didWrite(count: 9, offered: 10)
        #expect(!output.mayHaveRoom)
        output.signalled(.in)
        #expect(!output.mayHaveRoom)
        output.signalled(.out)
        #expect(output.mayHaveRoom)
    }

    @Test func `a connect in progress has no room until its end is signalled`() {
        var output = OutputState(isConnected: false)
        #expect(!output.mayHaveRoom)
        output.signalled([.err, .hup])
        #expect(output.mayHaveRoom)
    }
}

@Suite struct WatermarksTests {
    private func changed(_ marks: inout Watermarks, _ waitingBytes: Int) -> Watermarks.OnChange {
        marks.changed(waitingBytes: waitingBytes)
    }

    @Test func `stops at the high mark and starts at the low one, once each`() {
        var marks = Watermarks()
        #expect(changed(&marks, Watermarks.highWatermarkBytes - 1) == .nothing)
        #expect(changed(&marks, Watermarks.highWatermarkBytes) == .stopSource)
        #expect(changed(&marks, Watermarks.highWatermarkBytes + 1) == .nothing)
        #expect(changed(&marks, Watermarks.lowWatermarkBytes + 1) == .nothing)
        #expect(changed(&marks, Watermarks.lowWatermarkBytes) == .startSource)
        #expect(changed(&marks, 0) == .nothing)
    }
}

@Suite struct AcceptGateTests {
    @Test func `rests for its pause when descriptors run out, not a nanosecond less`() {
        var gate = AcceptGate()
        let now = MonotonicTime(nanoseconds: 5_000)
        let until = now.adding(nanoseconds: AcceptGate.pauseNanoseconds)
        let action = gate.exhausted(now: now)
        #expect(action == .shedOneAndPause(until: until))
        #expect(!gate.isOpen && gate.exhaustions == 1)
        let early = gate.reopen(now: MonotonicTime(nanoseconds: until.nanoseconds - 1))
        #expect(!early)
        let inTime = gate.reopen(now: until)
        #expect(inTime)
        #expect(gate.isOpen)
        let again = gate.reopen(now: until)
        #expect(!again)
    }
}
