import Glibc

/// The providers' sample payloads, in `shared/samples` beside the repository or above it.
enum Samples {
    struct Sample {
        let name: String
        let bytes: [UInt8]
    }

    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    /// Every `*.json` file under `folder` of the samples, sorted by name. Throws when there is none.
    static func read(_ folder: String) throws -> [Sample] {
        let path = try root() + "/" + folder
        let names = try list(path).filter { $0.hasSuffix(".json") }
        guard !names.isEmpty else { throw Missing(description: "no sample in \(path)") }
        return try names.map { Sample(name: $0, bytes: try contents("\(path)/\($0)")) }
    }

    /// All samples that the parser must take.
    static func all() throws -> [Sample] { try read("whatsapp") + read("genesys") + read(".") }

    /// `shared/samples`, found by walking up from this file.
    private static func root() throws -> String {
        var parts = #filePath.split(separator: "/").dropLast()
        while !parts.isEmpty {
            let candidate = "/" + parts.joined(separator: "/") + "/shared/samples"
            if unsafe access(candidate, R_OK) == 0 { return candidate }
            parts = parts.dropLast()
        }
        throw Missing(description: "no folder shared/samples above \(#filePath)")
    }

    private static func list(_ path: String) throws -> [String] {
        guard let folder = unsafe opendir(path) else { throw Missing(description: "cannot read \(path)") }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe names.append(String(cString: $0))
                }
            }
        }
        return names.sorted()
    }

    private static func contents(_ path: String) throws -> [UInt8] {
        guard let file = unsafe fopen(path, "r") else { throw Missing(description: "cannot open \(path)") }
        defer { unsafe fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while case let length = unsafe fread(&chunk, 1, chunk.count, file), length > 0 {
            bytes += chunk[..<length]
        }
        return bytes
    }
}
