import Reactor
import Substrate
import Testing

/// Names are the process's: each number here is of this suite only.
@Suite("names in crash reports", .serialized)
struct CrashReportTests {
    @Test func `a number has one name, within the limit`() {
        let last = UInt32(CrashReport.maxNames - 1)
        #expect(CrashReport.name(.service, last, configured: "backend"))
        #expect(!CrashReport.name(.service, last, configured: "another"))
        #expect(CrashReport.name(.tenant, last, configured: "backend"))
        #expect(!CrashReport.name(.service, last + 1, configured: "backend"))
    }

    @Test func `names together have a limit, and what is past it stays a number`() {
        // Longer names are cut: a length and 127 bytes each.
        let name = String(repeating: "x", count: 200)
        var named = 0
        for number in 0..<UInt32(CrashReport.maxNames - 1)
        where CrashReport.name(.route, number, configured: name) {
            named += 1
        }
        let most = CrashReport.maxNameBytes / 128
        #expect(named < most && named > most - 20)
    }

    @Test func `a ring takes more than it holds`() {
        let ring = CrashRing(worker: CrashRing.maxWorkers - 1)
        for number in 0..<UInt32(CrashRing.capacity * 2 + 1) {
            ring.record(
                CrashRing.Entry(
                    began: WallTime(nanoseconds: 1), tookNanoseconds: 2, service: number, route: number,
                    tenant: number, status: 200, direction: 0, reason: .none))
        }
    }
}
