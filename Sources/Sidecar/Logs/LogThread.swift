import Glibc
import Reactor
import Substrate
import Synchronization
import Telemetry

/// `or-log`: writes what the other threads have to say, so that none of them ever waits for a disk or a pipe.
///
/// Bounded: what does not fit is refused, and the caller counts it.
final class LogThread: Sendable {
    /// Most bytes that may wait to be written.
    static let maxWaitingBytes = 8 << 20
    /// Standard error, as a log's number.
    static let errors: Int32 = -1

    private enum Order: Sendable {
        case write(log: Int32, bytes: [UInt8])
        case paths([String])
        case stop
    }

    private let calls: SystemCalls
    private let inbox: Inbox<Order>
    private let loop: EventLoop
    private let waiting = Atomic<Int>(0)

    init(calls: SystemCalls) throws {
        self.calls = calls
        loop = try EventLoop(calls: calls)
        inbox = Inbox(loop: loop)
    }

    func start() throws -> ThreadHandle {
        try Threads.start(name: "or-log") { [self] in run() }
    }

    /// Says which files the logs' numbers stand for. Known ones stay open.
    func setPaths(_ paths: [String]) { inbox.post(.paths(paths)) }

    /// Leaves whole lines to be written. False when too much waits already.
    func submit(_ lines: Bytes, to log: Int32) -> Bool {
        let bytes = lines.count
        guard waiting.load(ordering: .relaxed) + bytes <= Self.maxWaitingBytes else { return false }
        waiting.wrappingAdd(bytes, ordering: .relaxed)
        inbox.post(.write(log: log, bytes: lines.array))
        return true
    }

    /// Writes one event to standard error.
    func record(_ event: EventRecord) {
        var line = ByteBuffer()
        event.append(into: &line)
        _ = submit(line.bytes, to: Self.errors)
    }

    /// Writes what waits, then ends the thread.
    func stop() { inbox.post(.stop) }

    // MARK: On the thread

    private func run() {
        var files: [(path: String, descriptor: Int32)] = []
        var stopped = false
        while !stopped {
            _ = loop.poll(hasWork: false)
            inbox.drain { order in
                switch order {
                case .write(let log, let bytes):
                    let descriptor =
                        log == Self.errors
                        ? STDERR_FILENO : log < files.count ? files[Int(log)].descriptor : -1
                    if descriptor >= 0 { Self.write(bytes, to: descriptor) }
                    waiting.wrappingSubtract(bytes.count, ordering: .relaxed)
                case .paths(let paths):
                    for path in paths.dropFirst(files.count) { files.append((path, Self.openLog(path))) }
                case .stop:
                    stopped = true
                }
            }
        }
    }

    private static func openLog(_ path: String) -> Int32 {
        switch path {
        case "/dev/stdout": return STDOUT_FILENO
        case "/dev/stderr": return STDERR_FILENO
        default: return unsafe open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o640)
        }
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { return }
            rest = rest.dropFirst(written)
        }
    }
}
