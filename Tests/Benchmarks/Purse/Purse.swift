import Glibc
import HTTPWire
import MeshModel
import Policy
import Reactor
import Substrate
import Telemetry

/// What each line of the design's purse costs (section 9): processor nanoseconds of one request's share, alone and warm.
/// So a lower bound. For comparing a change with its parent on one machine; gates nothing.
@main
enum Purse {
    private static let iterations = 200_000
    private static let rounds = 7

    static func main() throws {
        var bench = try PurseBench()
        print("ns   goal  line")
        report("parse", goal: "250") { bench.parse() }
        report("route and filters", goal: "200") { bench.decide() }
        report("balance, breaker, budget", goal: " 80") { bench.balance() }
        report("headers written", goal: "120") { bench.write() }
        report("metrics and averages", goal: " 60") { bench.count() }
        report("timers", goal: " 40") { bench.time() }
        report("exchange and slab", goal: " 80") { bench.hold() }
        guard bench.isSound else {
            print("a line did not do its work")
            exit(1)
        }
    }

    /// The median of the rounds.
    private static func report(_ line: String, goal: String, _ body: () -> Void) {
        var spent: [Int] = []
        for _ in 0..<rounds {
            let before = processorNanoseconds()
            for _ in 0..<iterations { body() }
            spent.append((processorNanoseconds() - before) / iterations)
        }
        let median = String(spent.sorted()[rounds / 2])
        print(String(repeating: " ", count: max(0, 4 - median.count)) + median + " \(goal)  \(line)")
    }

    private static func processorNanoseconds() -> Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
