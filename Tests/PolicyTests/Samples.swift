import Glibc

/// The published payloads in `shared/samples`, found above this file. Missing ones are a failure, never a skip.
enum Samples {
    struct Missing: Error { var path: String }

    struct File {
        var name: String
        var bytes: [UInt8]
    }

    private static func folder() throws -> String {
        var parts = #filePath.split(separator: "/").dropLast()
        while !parts.isEmpty {
            let candidate = "/" + parts.joined(separator: "/") + "/shared/samples"
            if unsafe access(candidate, R_OK) == 0 { return candidate }
            parts.removeLast()
        }
        throw Missing(path: "shared/samples")
    }

    static func list(_ subfolder: String) throws -> [File] {
        let path = try folder() + "/" + subfolder
        guard let directory = unsafe opendir(path) else { throw Missing(path: path) }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".json") { names.append(name) }
        }
        return try names.sorted().map { File(name: $0, bytes: try read(subfolder + "/" + $0)) }
    }

    static func read(_ name: String) throws -> [UInt8] {
        let path = try folder() + "/" + name
        guard let file = unsafe fopen(path, "rb") else { throw Missing(path: path) }
        defer { unsafe fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe fread(&chunk, 1, chunk.count, file)
            if count == 0 { return bytes }
            bytes.append(contentsOf: chunk[..<count])
        }
    }
}
