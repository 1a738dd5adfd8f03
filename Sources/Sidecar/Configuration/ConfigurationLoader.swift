import Glibc
import MeshModel
import Substrate

/// Reads configuration from the paths of the command line.
struct ConfigurationLoader: Sendable {
    /// Longest configuration file, and longest file with a secret or with PEM.
    static let maxFileBytes = 16 << 20
    static let maxSecretBytes = 1 << 20

    let paths: [String]

    /// - Throws: `FileReader.Failure` for a file, `InvalidConfiguration` for what stands in it.
    func load() throws -> MeshConfiguration {
        var files: [SourceFile] = []
        for path in paths {
            if FileReader.isDirectory(path) {
                let names = try FileReader.names(in: path, suffix: ".yaml")
                // A mount that is not there yet must not read as "no listeners at all".
                guard !names.isEmpty else {
                    throw FileReader.Failure(path: path, reason: "holds no *.yaml file")
                }
                for name in names {
                    files.append(try file(path.hasSuffix("/") ? path + name : path + "/" + name))
                }
            } else {
                files.append(try file(path))
            }
        }
        return try ConfigurationReader.read(files)
    }

    private func file(_ path: String) throws -> SourceFile {
        SourceFile(path: path, bytes: try FileReader.read(path, maxBytes: Self.maxFileBytes))
    }

    /// The bytes of a secret. A line end at the end of a file is not part of it.
    static func secret(_ source: SecretSource) throws -> [UInt8] {
        switch source {
        case .value(let text):
            return Array(text.utf8)
        case .file(let path):
            var bytes = try FileReader.read(path, maxBytes: maxSecretBytes)
            if bytes.last == ASCII.lineFeed {
                bytes.removeLast()
                if bytes.last == ASCII.carriageReturn { bytes.removeLast() }
            }
            guard !bytes.isEmpty else { throw FileReader.Failure(path: path, reason: "holds no secret") }
            return bytes
        case .environment(let name):
            guard let value = unsafe getenv(name) else {
                throw FileReader.Failure(path: "environment \(name)", reason: "not set")
            }
            // Its bytes, whatever they are: a secret need not be text.
            let bytes = unsafe UnsafeRawBufferPointer(start: value, count: strlen(value))
            guard unsafe !bytes.isEmpty else {
                throw FileReader.Failure(path: "environment \(name)", reason: "empty")
            }
            return unsafe Array(bytes)
        case .secret(let name):
            throw FileReader.Failure(
                path: "secret \(name)", reason: "Secret resources come with a control plane only")
        }
    }
}
