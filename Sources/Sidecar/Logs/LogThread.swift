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
    /// The least level that is told, changed live.
    let threshold = LogThreshold()
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

    /// Says which files the logs' numbers stand for; -1 for none. They are the log thread's from now on: one that a later
    /// list has no more is closed behind the lines that were left for it.
    func setFiles(_ files: [FileDescriptor]) { inbox.post(.files(files)) }

    /// Leaves whole lines to be written. False when too much waits already.
    func submit(_ lines: Bytes, to log: Int32) -> Bool {
        let bytes = lines.count
        guard waiting.load(ordering: .relaxed) + bytes <= Self.maxWaitingBytes else { return false }
        waiting.wrappingAdd(bytes, ordering: .relaxed)
        inbox.post(.write(log: log, bytes: lines.array))
        return true
    }

    /// Whether an event would be told: to ask before one is put together.
    func tells(_ level: LogLevel, in subsystem: OpenText) -> Bool {
        // A part without a level of its own follows the process's.
        threshold.allows(level, in: LogSubsystem(subsystem) ?? .process)
    }

    /// Writes one event to standard error, if its level is told.
    func record(_ event: EventRecord) {
        guard tells(event.level, in: event.subsystem) else { return }
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
        // Pipes that nobody reads: not waited for again until they take something, or the process could not end.
        var stuck: [FileDescriptor] = []
        var stopped = false
        while !stopped {
            _ = loop.poll(hasWork: false)
            inbox.drain { order in
                switch order {
                case .write(let log, let bytes):
                    let descriptor =
                        log == Self.errors ? events : Int(log) < files.count ? files[Int(log)] : -1
                    let patience = stuck.contains(descriptor) ? 0 : Self.patienceMilliseconds
                    let error = Self.write(bytes, to: descriptor, patience: patience)
                    stuck.removeAll { $0 == descriptor }
                    if error == EAGAIN { stuck.append(descriptor) }
                    if let error { lost(bytes, of: log, error, &gate) }
                    waiting.wrappingSubtract(bytes.count, ordering: .relaxed)
                case .files(let now):
                    for old in files where old > STDERR_FILENO && !now.contains(old) {
                        stuck.removeAll { $0 == old }
                        close(old)
                    }
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
        _ = Self.write(line.bytes.array, to: events, patience: 0)
    }

    /// Writes all, or says why not.
    ///
    /// A standard stream is somebody else's too and may not be set to non-blocking: it gets no more at once than a pipe
    /// takes whole when it says that it has room (POSIX `PIPE_BUF`).
    private static func write(_ bytes: [UInt8], to descriptor: FileDescriptor, patience: Int32) -> Int32? {
        var rest = bytes[...]
        let isShared = descriptor >= 0 && descriptor <= STDERR_FILENO
        while !rest.isEmpty {
            if isShared, !hasRoom(descriptor, patience) { return EAGAIN }
            let count = isShared ? min(rest.count, 4096) : rest.count
            let written = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, count)
            }
            if written > 0 {
                rest = rest.dropFirst(written)
            } else if written < 0, errno == EINTR {
                continue
            } else if written < 0, errno == EAGAIN {
                guard hasRoom(descriptor, patience) else { return EAGAIN }
            } else {
                return written < 0 ? errno : EIO
            }
        }
        return nil
    }

    private static func hasRoom(_ descriptor: FileDescriptor, _ patience: Int32) -> Bool {
        var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return unsafe poll(&room, 1, patience) > 0
    }
}
