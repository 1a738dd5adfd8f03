/// How the upstream treats a request.
enum Conduct: UInt8, CaseIterable {
    case fixed, chunked, trailers, empty, closeDelimited, saysClose, informational
    /// Closes behind the answer without saying so: the race that every pool has to win.
    case closesBehind
    /// Answers a request's head.
    case early
    case closesBefore, resetsBefore, breaksOff, malformed
    /// Never answers.
    case silent
    /// First asked for at an address where nobody listens, or nobody answers.
    case refusedFirst, unansweredFirst

    /// The answer is whole.
    var isGood: Bool { rawValue <= Conduct.early.rawValue || self == .refusedFirst }
    /// Neither spoils another request nor depends on who is faster.
    var isQuiet: Bool { rawValue <= Conduct.informational.rawValue || self == .refusedFirst }
    var needsTime: Bool { self == .silent || self == .unansweredFirst }
}
