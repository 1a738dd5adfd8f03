/// What is running: the labels of `outrigger_build_info`.
public struct BuildInfo: Sendable {
    public var version: OpenName
    /// Source revision.
    public var revision: OpenName
    public var compiler: OpenName

    public init(version: OpenName, revision: OpenName, compiler: OpenName) {
        self.version = version
        self.revision = revision
        self.compiler = compiler
    }
}
