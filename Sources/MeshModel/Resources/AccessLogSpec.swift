/// A listener's access log: where its lines go, and which requests get one.
public struct AccessLogSpec: Sendable, Equatable {
    /// A kind of request that always gets a line.
    public enum Condition: Sendable, Equatable {
        case always
        /// No answer could be given, it was 5xx, or it broke off.
        case errors
        /// Outrigger itself answered or gave up: the line has a reason.
        case refusals
        /// Answers of this class, 1…5.
        case statusClass(Int)
        /// It took at least so long, from the head to the end of the answer.
        case slow(TimeSpan)
    }

    /// A file, or `/dev/stdout`, `/dev/stderr`.
    public var path: String
    /// Of the requests that no condition names: the share that gets a line. Nil: all without `when`, none with it.
    public var sample: Share?
    /// Requests that get a line whatever `sample` says: those that any of these names.
    public var when: [Condition] = []

    public init(path: String) { self.path = path }

    /// `sample`, or what its absence means.
    public var effectiveSample: Share { sample ?? (when.isEmpty ? .all : .nothing) }
}
