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
        /// By log number.
        case files([FileDescriptor])
        case stop
    }

    /// How long a pipe that is full is waited for: whoever reads it is then given up, not the process.
    private static let patienceMilliseconds: Int32 = 1_000

    private let events: FileDescriptor
    /// The log thread's own counters.
    private let metrics: WorkerMetrics
    private let inbox: Inbox<Order>
    private let loop: EventLoop
    private let waiting = Atomic<Int>(0)

    /// - Parameter events: where events go.
    init(calls: SystemCalls, metrics: WorkerMetrics, events: FileDescriptor = STDERR_FILENO) throws {
        self.events = events
        self.metrics = metrics
        loop = try EventLoop(calls: calls)
        inbox = Inbox(loop: loop)
    }

    func start() throws -> ThreadHandle {
        try Threads.start(name: "or-log") { [self] in run() }
    }

    /// Says which files the logs' numbers stand for. They stay open, and the caller's.
    func setFiles(_ files: [FileDescriptor]) { inbox.post(.files(files)) }

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
        var files: [FileDescriptor] = []
        var gate = EventGate()
        var stopped = false
        while !stopped {
            _ = loop.poll(hasWork: false)
            inbox.drain { order in
                switch order {
                case .write(let log, let bytes):
                    let descriptor =
                        log == Self.errors ? events : Int(log) < files.count ? files[Int(log)] : -1
                    if let error = Self.write(bytes, to: descriptor) { lost(bytes, of: log, error, &gate) }
                    waiting.wrappingSubtract(bytes.count, ordering: .relaxed)
                case .files(let now):
                    files = now
                case .stop:
                    stopped = true
                }
            }
        }
    }

    /// Lines could not be written: counted, and told where that is possible.
    private func lost(_ bytes: [UInt8], of log: Int32, _ error: Int32, _ gate: inout EventGate) {
        let lines = UInt64(bytes.count { $0 == ASCII.lineFeed })
        metrics.dropped(log == Self.errors ? .eventLogLine : .accessLogLine, count: lines)
        guard log != Self.errors,
            case .write(let suppressed) = gate.admit(
                EventKey("log.write_failed", subject: UInt64(log)), now: loop.now.monotonic)
        else { return }
        var event = EventRecord(
            level: .error, time: loop.now.wall, subsystem: "log", event: "log.write_failed")
        event.add("error", .systemError(error))
        event.add("lines", .count(lines))
        event.suppressed = suppressed
        var line = ByteBuffer()
        event.append(into: &line)
        _ = Self.write(line.bytes.array, to: events)
    }

    /// Writes all, or says why not.
    private static func write(_ bytes: [UInt8], to descriptor: FileDescriptor) -> Int32? {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if written > 0 {
                rest = rest.dropFirst(written)
            } else if written < 0, errno == EINTR {
                continue
            } else if written < 0, errno == EAGAIN {
                var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                guard unsafe poll(&room, 1, patienceMilliseconds) > 0 else { return EAGAIN }
            } else {
                return written < 0 ? errno : EIO
            }
        }
        return nil
    }
}
