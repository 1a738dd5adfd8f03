import Substrate

/// What one client has done since its window began. Decides; who asks counts and acts.
struct ProgressWatch: BitwiseCopyable {
    enum Subject: UInt8 {
        case nothing
        /// Bytes of the answer that the client's kernel has confirmed.
        case answer
        /// Bytes of the request's body.
        case body
    }

    enum Verdict: Equatable { case early, enough, tooSlow }

    private(set) var subject = Subject.nothing
    /// The request that `body` is about: the next one's is another.
    private(set) var request: UInt32 = 0
    private var base: UInt64 = 0
    private(set) var end = MonotonicTime.never

    /// A window begins.
    mutating func begin(
        _ subject: Subject, request: UInt32, count: UInt64, rule: ProgressRule, now: MonotonicTime
    ) {
        self.subject = subject
        self.request = request
        base = count
        end = now.adding(nanoseconds: rule.windowNanoseconds)
    }

    /// The client is not waited for any more.
    mutating func stop() {
        subject = .nothing
        end = .never
    }

    /// Enough in any part of the window is enough for the whole.
    func judge(count: UInt64, rule: ProgressRule, now: MonotonicTime) -> Verdict {
        if count &- base >= rule.bytes { return .enough }
        return now < end ? .early : .tooSlow
    }
}
