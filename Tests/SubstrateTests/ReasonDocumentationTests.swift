import Glibc
import Substrate
import Testing

/// `Sources/Sidecar/Sidecar.docc/Reasons.md` is what the registry says, and nothing else.
///
/// `OUTRIGGER_WRITE_REASONS=1 swift test --filter ReasonDocumentationTests` writes it anew.
@Suite struct ReasonDocumentationTests {
    private static let page = "/Sources/Sidecar/Sidecar.docc/Reasons.md"

    @Test func `the page of reasons is the registry's table`() throws {
        let rendered = Self.render()
        let path = Self.root() + Self.page
        if unsafe getenv("OUTRIGGER_WRITE_REASONS") != nil { try Self.write(rendered, to: path) }
        let found = try Self.read(path)
        #expect(
            found == rendered,
            "Reasons.md differs from ReasonCode; write it anew: OUTRIGGER_WRITE_REASONS=1 swift test --filter ReasonDocumentationTests"
        )
    }

    @Test func `every reason has a row of its own`() {
        let rows = Self.render().split(separator: "\n").filter { $0.hasPrefix("| `") }
        #expect(rows.count == ReasonCode.allCases.count - 1)
        #expect(rows.allSatisfy { $0.split(separator: "|").count == 5 })
    }

    // MARK: Rendering

    private static func render() -> String {
        var text = """
            # Reasons

            Why Outrigger itself answered, refused or gave up: one registry, `ReasonCode`, for all places that say so.

            ## Overview

            The code stands in the answer's field `x-outrigger-reason` and in its body (`application/problem+json`,
            RFC 9457), in the access log as `reason` beside the response flag that Envoy uses for the same, and in the
            metric `outrigger_refusals_total`. Codes and statuses are public interface: new ones come, none changes.
            Status 0 means that nobody is left to answer.

            This page is generated from the registry; a test fails when the two differ.


            """
        var area = ""
        for reason in ReasonCode.allCases where reason != .none {
            let code = "\(reason.code)"
            let prefix = String(code.prefix { $0 != "." })
            if prefix != area {
                if !area.isEmpty { text += "\n" }
                area = prefix
                text += "## \(prefix)\n\n| Code | Status | Flag | Meaning | Remedy |\n|---|---|---|---|---|\n"
            }
            let entry = reason.entry
            let remedy = "\(entry.remedy)".isEmpty ? "None: it is the client's choice." : "\(entry.remedy)"
            text += "| `\(code)` | \(entry.status) | \(entry.flag) | \(entry.meaning) | \(remedy) |\n"
        }
        return text
    }

    // MARK: The file

    private struct Unreachable: Error, CustomStringConvertible {
        let description: String
    }

    /// The folder that holds `Tests`.
    private static func root() -> String {
        "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    }

    private static func read(_ path: String) throws -> String {
        guard let file = unsafe fopen(path, "r") else {
            throw Unreachable(description: "cannot open \(path)")
        }
        defer { unsafe fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while case let length = unsafe fread(&chunk, 1, chunk.count, file), length > 0 {
            bytes += chunk[..<length]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func write(_ text: String, to path: String) throws {
        guard let file = unsafe fopen(path, "w") else {
            throw Unreachable(description: "cannot write \(path)")
        }
        defer { unsafe fclose(file) }
        let bytes = Array(text.utf8)
        guard unsafe fwrite(bytes, 1, bytes.count, file) == bytes.count else {
            throw Unreachable(description: "cannot write \(path)")
        }
    }
}
