import Glibc

/// Runs seeds, one after the other, and says what was wrong:
///
///     Simulation --seeds 0..<10000 [--step N] [--replay-every N]
///     Simulation --seed 17 [--trace]
///
/// One line a seed before it runs (`run 17`), one a finding (`wrong 17 …`), and a sum of all outcomes (`sum …`).
@main
struct Simulation {
    static func main() throws {
        guard let order = Order(CommandLine.arguments.dropFirst()) else {
            say("usage: Simulation --seeds A..<B [--step N] [--replay-every N] | --seed N [--trace]")
            exit(2)
        }
        let credentials = Credentials()
        var wrong = 0
        var sum: UInt64 = 0
        for (index, seed) in stride(from: order.first, to: order.end, by: order.step).enumerated() {
            say("run \(seed)")
            let trace: ((String) -> Void)? = order.traces ? { say($0) } : nil
            let scenario = try Scenario(seed: UInt64(seed), credentials: credentials, trace: trace)
            if order.traces { say("\(scenario.knobs)") }
            let findings = try scenario.run()
            for text in findings.texts { say("wrong \(seed) \(text)") }
            if findings.count > 0 { wrong += 1 }
            sum = sum &* 31 &+ findings.outcome
            guard order.replayEvery > 0, index % order.replayEvery == 0 else { continue }
            let again = try Scenario(seed: UInt64(seed), credentials: credentials).run()
            if again.outcome != findings.outcome {
                wrong += 1
                say("wrong \(seed) the same seed again went another way")
            }
        }
        say("sum \(String(sum, radix: 16))")
        exit(wrong == 0 ? 0 : 1)
    }

    static func say(_ text: String) {
        var bytes = Array((text + "\n").utf8)[...]
        while !bytes.isEmpty {
            let count = unsafe bytes.withUnsafeBytes { unsafe write(1, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
