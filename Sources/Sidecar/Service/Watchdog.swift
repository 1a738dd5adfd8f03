/// Decides whether a service manager may be told that the process is alive: only while every worker answers.
struct Watchdog {
    /// Looks within the time after which the service manager gives up.
    static let looksPerLimit: UInt64 = 4
    static let minIntervalNanoseconds: UInt64 = 1_000_000

    let intervalNanoseconds: UInt64
    /// The question that the workers were asked last.
    private(set) var round: UInt64 = 0

    init(limitNanoseconds: UInt64) {
        intervalNanoseconds = max(limitNanoseconds / Self.looksPerLimit, Self.minIntervalNanoseconds)
    }

    /// - Parameter answers: the last question that each worker has answered.
    /// - Returns: whether all have: then `round` is the next question.
    mutating func look(_ answers: [UInt64]) -> Bool {
        guard answers.allSatisfy({ $0 >= round }) else { return false }
        round &+= 1
        return true
    }
}
