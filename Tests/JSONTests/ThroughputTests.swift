import Glibc
import JSON
import Substrate
import Testing

@Suite struct ThroughputTests {
    @Test func `the sample webhooks parse at a rate that is printed`() throws {
        let samples = try Samples.read("whatsapp")
        #if DEBUG
            let rounds = 20
        #else
            let rounds = 20_000
        #endif
        let total = samples.reduce(0) { $0 + $1.bytes.count } * rounds
        var tape = JSONTape(seed: 7)
        var best = Int.max
        for _ in 0..<5 {
            let start = processorNanoseconds()
            for _ in 0..<rounds {
                for sample in samples { try sample.bytes.withBytes { try tape.parse($0) } }
            }
            best = min(best, processorNanoseconds() - start)
        }
        print("sample webhooks: \(total * 1000 / max(1, best)) MB/s, \(samples.count) files, best of 5")
        #expect(tape.count > 0)
    }

    /// Processor time: what other processes do is not counted, and nothing is judged by it.
    private func processorNanoseconds() -> Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
