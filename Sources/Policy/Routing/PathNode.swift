/// One segment of configured prefixes and templates. Lists are starts in the matches, or -1; each list ends at a match
/// that says so.
struct PathNode: BitwiseCopyable {
    /// Prefixes that end here.
    var prefixes: Int32 = -1
    /// Templates that end here.
    var templates: Int32 = -1
    /// Templates that go on with `{rest**}`.
    var rests: Int32 = -1
    /// The node below a `{parameter}`, or -1.
    var parameterChild: Int32 = -1
    /// Best rank of any match at this node or below.
    var bestRank = UInt32.max
    var hasLiteralChildren = false
}
