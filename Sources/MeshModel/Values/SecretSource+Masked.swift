/// A printed, interpolated or dumped configuration never shows a secret.
extension SecretSource: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public static let mask = "***"

    public var description: String {
        switch self {
        case .value: "value: \(Self.mask)"
        case .file(let path): "file: \(path)"
        case .environment(let name): "env: \(name)"
        case .secret(let name): "secret: \(name)"
        }
    }

    public var debugDescription: String { description }

    public var customMirror: Mirror { Mirror(self, children: []) }
}
