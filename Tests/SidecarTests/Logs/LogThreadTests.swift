import Glibc
import Reactor
import Substrate
import Telemetry
import Testing

@testable import Sidecar

@Suite("the log thread")
struct LogThreadTests {
    let scratch = Scratch()

    private func text(_ name: String) throws -> String {
        String(decoding: try FileReader.read(scratch.path(name), maxBytes: 1 << 24), as: UTF8.self)
    }

    private func submit(_ line: String, to log: Int32, of thread: LogThread) -> Bool {
        Array(line.utf8).withBytes { thread.submit($0, to: log) }
    }

    @Test func `lines are written in order to the file of their number`() throws {
        let metrics = MetricsRegistry(workers: 1)
        let thread = try LogThread(calls: .linux, metrics: metrics.worker(0))
        var book = AccessLogBook()
        book.keep(book.open([scratch.path("a"), scratch.path("b")]))
        thread.setFiles(book.descriptors)
        for number in 0..<1000 { #expect(submit("\(number)\n", to: Int32(number % 2), of: thread)) }
        thread.stop()
        try thread.start().join()
        let even = (0..<500).map { "\($0 * 2)\n" }.joined()
        #expect(try text("a") == even)
        #expect(try text("b").split(separator: "\n").count == 500)
    }

    @Test func `what does not fit is refused and not kept`() throws {
        let metrics = MetricsRegistry(workers: 1)
        let thread = try LogThread(calls: .linux, metrics: metrics.worker(0))
        let piece = String(repeating: "x", count: 1 << 20)
        let taken = (0..<20).filter { _ in submit(piece, to: 0, of: thread) }.count
        #expect(taken == LogThread.maxWaitingBytes >> 20)
        #expect(!submit("x", to: 0, of: thread))
        thread.stop()
        try thread.start().join()
        #expect(submit("x", to: 0, of: thread))
    }

    @Test func `a file that the list has no more is closed behind its lines`() throws {
        let metrics = MetricsRegistry(workers: 1)
        let thread = try LogThread(calls: .linux, metrics: metrics.worker(0))
        let (old, new) = (scratch.open("old"), scratch.open("new"))
        let file = try #require(identity(old))
        thread.setFiles([old, 1])
        #expect(submit("before\n", to: 0, of: thread))
        thread.setFiles([new, -1])
        #expect(submit("behind\n", to: 0, of: thread))
        #expect(submit("nowhere\n", to: 1, of: thread))
        thread.stop()
        try thread.start().join()
        #expect(try text("old") == "before\n")
        #expect(try text("new") == "behind\n")
        // Another test may have been given its number since.
        #expect(identity(old) != file)
        #expect(fcntl(new, F_GETFD) != -1)
        #expect(fcntl(1, F_GETFD) != -1)
        close(new)
    }

    /// Which file a descriptor stands for; nil when it is closed.
    private func identity(_ descriptor: Int32) -> UInt64? {
        var facts = stat()
        return unsafe fstat(descriptor, &facts) == 0 ? UInt64(facts.st_ino) : nil
    }

    @Test func `an event below its part's level is not told`() throws {
        let metrics = MetricsRegistry(workers: 1)
        let thread = try LogThread(calls: .linux, metrics: metrics.worker(0), events: scratch.open("events"))
        func tell(_ level: LogLevel, _ subsystem: OpenText) {
            thread.record(
                EventRecord(level: level, time: WallTime(seconds: 1), subsystem: subsystem, event: "planted"))
        }
        thread.threshold.set(.debug, for: .tls)
        thread.threshold.set(.error, for: .process)
        tell(.debug, "tls")
        tell(.debug, "config")
        tell(.info, "config")
        // A part without a level of its own.
        tell(.warning, "elsewhere")
        tell(.error, "elsewhere")
        thread.stop()
        try thread.start().join()
        let lines = try text("events").split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[0].contains(#""level":"debug","subsystem":"tls""#))
        #expect(lines[1].contains(#""level":"info","subsystem":"config""#))
        #expect(lines[2].contains(#""level":"error","subsystem":"elsewhere""#))
    }

    @Test func `lines that cannot be written are counted`() throws {
        let metrics = MetricsRegistry(workers: 1)
        let thread = try LogThread(calls: .linux, metrics: metrics.worker(0))
        let full = unsafe open("/dev/full", O_WRONLY | O_CLOEXEC)
        thread.setFiles([full])
        #expect(submit("one\ntwo\n", to: 0, of: thread))
        thread.stop()
        try thread.start().join()
        close(full)
        let shown = written {
            metrics.render(
                into: &$0, names: NoNames(), build: BuildInfo(version: "1", revision: "", compiler: ""))
        }
        #expect(shown.contains("outrigger_dropped_total{what=\"access_log_line\"} 2\n"))
    }
}

private struct NoNames: SeriesNames {
    func serviceName(_ id: UInt32) -> OpenName? { nil }
    func routeName(_ id: UInt32) -> OpenName? { nil }
    func tenantName(_ id: UInt32) -> OpenName? { nil }
}
