/// Files to a checked configuration.
///
/// Reads every document, decodes what can be decoded and checks the set as a whole, so that one run tells all.
public enum ConfigurationReader {
    public static func read(_ files: [SourceFile]) throws(InvalidConfiguration) -> MeshConfiguration {
        throw InvalidConfiguration(problems: [])
    }
}
