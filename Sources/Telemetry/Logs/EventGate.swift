public import Substrate

/// Keeps the error log readable and bounded: of equal events only the first few of a window are written, and all events
/// together only so many a second. Decides; never writes.
///
///     first ──write──▶ open(written < burst) ──burst reached──▶ muted(suppressed += 1) ──window over──▶ first
///
/// What was held back is told by the next line written for the key, or by `summary` when none follows.
public struct EventGate: Sendable {
    public enum Admission: Equatable, Sendable {
        /// Write the line, with the number of equal ones held back before it.
        case write(suppressed: UInt64)
        case suppress
    }

    public struct Summary: Equatable, Sendable {
        public var key: EventKey
        public var suppressed: UInt64
    }

    /// Keys watched at a time; the one that began longest ago gives way, and its count goes into `forgotten`.
    public static var maxKeys: Int { 64 }
    /// Length of a window, in nanoseconds.
    public static var windowNanoseconds: UInt64 { 10_000_000_000 }
    /// Lines of one key in a window.
    public static var maxLinesPerWindow: UInt32 { 5 }
    /// Lines of all keys together in a second.
    public static var maxLinesPerSecond: UInt32 { 100 }
    /// Of these, lines below `warning`: a debug level that tells much must not keep a warning from being written.
    public static var maxLesserLinesPerSecond: UInt32 { 50 }

    private struct Entry: BitwiseCopyable {
        var key: EventKey
        var windowStart: MonotonicTime
        var written: UInt32
        var suppressed: UInt64
    }

    private var entries = InlineArray<64, Entry>(
        repeating: Entry(key: EventKey(""), windowStart: .zero, written: 0, suppressed: 0))
    private var entryCount = 0
    private var secondStart = MonotonicTime.zero
    private var writtenInSecond: UInt32 = 0
    private var lesserInSecond: UInt32 = 0
    /// Events held back whose key was given up before it could tell.
    public private(set) var forgotten: UInt64 = 0

    public init() {}

    public mutating func admit(_ key: EventKey, level: LogLevel = .warning, now: MonotonicTime) -> Admission {
        let index = entry(for: key, now: now)
        if now.nanoseconds(since: entries[index].windowStart) >= Self.windowNanoseconds {
            entries[index].windowStart = now
            entries[index].written = 0
        }
        guard entries[index].written < Self.maxLinesPerWindow, takeLine(level, now: now) else {
            entries[index].suppressed &+= 1
            return .suppress
        }
        entries[index].written &+= 1
        let suppressed = entries[index].suppressed
        entries[index].suppressed = 0
        return .write(suppressed: suppressed)
    }

    /// A key whose window is over and that still holds events back. Call it from a timer until it is nil.
    public mutating func summary(now: MonotonicTime) -> Summary? {
        for index in 0..<entryCount where entries[index].suppressed > 0 {
            guard now.nanoseconds(since: entries[index].windowStart) >= Self.windowNanoseconds else {
                continue
            }
            let summary = Summary(key: entries[index].key, suppressed: entries[index].suppressed)
            entries[index].suppressed = 0
            return summary
        }
        return nil
    }

    /// Events held back of keys that were given up since the last call. From the same timer as `summary`.
    public mutating func takeForgotten() -> UInt64 {
        defer { forgotten = 0 }
        return forgotten
    }

    private mutating func takeLine(_ level: LogLevel, now: MonotonicTime) -> Bool {
        if now.nanoseconds(since: secondStart) >= 1_000_000_000 {
            secondStart = now
            writtenInSecond = 0
            lesserInSecond = 0
        }
        guard writtenInSecond < Self.maxLinesPerSecond else { return false }
        if level < .warning {
            guard lesserInSecond < Self.maxLesserLinesPerSecond else { return false }
            lesserInSecond &+= 1
        }
        writtenInSecond &+= 1
        return true
    }

    private mutating func entry(for key: EventKey, now: MonotonicTime) -> Int {
        var oldest = 0
        for index in 0..<entryCount {
            if entries[index].key == key { return index }
            if entries[index].windowStart < entries[oldest].windowStart { oldest = index }
        }
        let fresh = Entry(key: key, windowStart: now, written: 0, suppressed: 0)
        if entryCount < Self.maxKeys {
            entries[entryCount] = fresh
            entryCount &+= 1
            return entryCount &- 1
        }
        forgotten &+= entries[oldest].suppressed
        entries[oldest] = fresh
        return oldest
    }
}
