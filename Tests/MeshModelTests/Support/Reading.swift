import MeshModel

/// Reads texts as files and gives back what was accepted or refused.
enum Reading {
    static func problems(_ text: String, path: String = "mesh.yaml") -> [Problem] {
        failure([SourceFile(path: path, bytes: Array(text.utf8))])?.problems ?? []
    }

    static func problems(bytes: [UInt8], path: String = "mesh.yaml") -> [Problem] {
        failure([SourceFile(path: path, bytes: bytes)])?.problems ?? []
    }

    static func failure(_ files: [SourceFile]) -> InvalidConfiguration? {
        do throws(InvalidConfiguration) {
            _ = try ConfigurationReader.read(files)
            return nil
        } catch {
            return error
        }
    }

    static func accepted(
        _ text: String, path: String = "mesh.yaml"
    ) throws(InvalidConfiguration) -> MeshConfiguration {
        try ConfigurationReader.read([SourceFile(path: path, bytes: Array(text.utf8))])
    }
}
