import CLinux

/// Signals as something to read: a descriptor for one loop to watch.
///
/// Made on the main thread before any other thread starts, so that every thread inherits the blocked signals and none
/// is delivered the old way.
public final class SignalSource {
    /// Raw values are Linux's.
    public enum Signal: Int32, Sendable, CaseIterable {
        case hangup = 1
        case interrupt = 2
        case user1 = 10
        case terminate = 15
    }

    /// For `EventLoop.add(_:token:interest:)` with interest `in`.
    public let descriptor: FileDescriptor

    public init(_ signals: [Signal] = Signal.allCases) throws(ReactorError) {
        var mask: UInt64 = 0
        for signal in signals { mask |= 1 << UInt64(signal.rawValue) }
        let opened = clinux_signal_open(mask)
        guard opened >= 0 else { throw ReactorError(.openSignals, "", SystemError(code: -opened)) }
        descriptor = opened
        clinux_ignore_broken_pipes()
    }

    deinit { _ = clinux_close(nil, descriptor) }

    /// The next signal that has come; nil when none has. Called until nil.
    public func next() -> Signal? {
        let number = clinux_signal_read(descriptor)
        return number > 0 ? Signal(rawValue: number) : nil
    }
}
