/// A configuration file that the caller has read. A path that ends in `.json` is read as JSON, any other as YAML.
public struct SourceFile: Sendable {
    public var path: String
    public var bytes: [UInt8]

    public init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }
}
