/// Everything wrong with a set of files, so that one round trip fixes it all.
public struct InvalidConfiguration: Error, Sendable, Equatable, CustomStringConvertible {
    /// Most problems told one by one.
    public static let maxProblems = 100

    /// In the order of the files, then by line. At most `maxProblems`.
    public var problems: [Problem]
    /// How many more were found.
    public var omitted: Int

    public init(problems: [Problem], omitted: Int = 0) {
        self.problems = problems
        self.omitted = omitted
    }

    public var description: String {
        var lines = problems.map(\.description)
        if omitted > 0 { lines.append("and \(omitted) more") }
        return lines.joined(separator: "\n")
    }
}
