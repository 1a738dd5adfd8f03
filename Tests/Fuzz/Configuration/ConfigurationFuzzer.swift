import FuzzKit
import Policy
import Substrate

@testable import MeshModel

/// A file of configuration, as YAML and, where it looks like it, as JSON: refused with words that point into the file
/// and forge no line of a log, or taken, written, read again as the same, and compiled.
@_cdecl("FuzzConfiguration_main")
func main(_: Int32, _: UnsafePointer<UnsafePointer<CChar>?>?) -> Int32 {
    Fuzzing.main { input in
        let bytes = input.array
        check(SourceFile(path: "mesh.yaml", bytes: bytes))
        if bytes.first == 0x7B || bytes.first == 0x5B { check(SourceFile(path: "mesh.json", bytes: bytes)) }
    }
}

private func check(_ file: SourceFile) {
    let configuration: MeshConfiguration
    do throws(InvalidConfiguration) {
        configuration = try ConfigurationReader.read([file])
    } catch {
        check(error, of: file)
        return
    }
    let written = json(configuration)
    let again: MeshConfiguration
    do throws(InvalidConfiguration) {
        again = try ConfigurationReader.read([SourceFile(path: "written.json", bytes: written)])
    } catch {
        always(false, "what is written is read: \(error)")
        return
    }
    always(json(again) == written, "and written alike")
    always(again == masked(configuration), "and is the same, secrets apart")
    // Files are not there; all else must compile.
    do {
        _ = try PolicySnapshot.compile(
            configuration, secrets: { _ in [0x73] }, identities: IdentityRegistry(seed: 1), revision: 1)
    } catch {
        always(false, "what passes every check compiles: \(error)")
    }
}

private func json(_ configuration: MeshConfiguration) -> [UInt8] {
    let buffer = ConfigurationWriter.json(configuration)
    return buffer.bytes.array
}

private func check(_ refusal: InvalidConfiguration, of file: SourceFile) {
    always(!refusal.problems.isEmpty, "a refusal says why")
    always(refusal.problems.count <= InvalidConfiguration.maxProblems, "within bounds")
    let lines = file.bytes.count { $0 == 0x0A || $0 == 0x0D } + 1
    for problem in refusal.problems {
        always(
            problem.line >= 1 && problem.line <= lines + 1 && problem.column >= 1,
            "at a place of the file: \(problem)")
        always(problem.pointer.utf8.first ?? 0x2F == 0x2F, "by a JSON Pointer: \(problem.pointer)")
        let text = problem.description
        always(!text.utf8.contains { $0 < 0x20 || $0 == 0x7F }, "in one line: \(text.debugDescription)")
        always(text.utf8.count < 16_384, "of bounded length")
    }
}

/// As the writer tells it: secrets' values are masked.
private func masked(_ configuration: MeshConfiguration) -> MeshConfiguration {
    func mask(_ source: SecretSource) -> SecretSource {
        if case .value = source { .value(SecretSource.mask) } else { source }
    }
    var copy = configuration
    for index in copy.webhooks.indices {
        copy.webhooks[index].spec.secrets = copy.webhooks[index].spec.secrets.map(mask)
        copy.webhooks[index].spec.verifyToken = copy.webhooks[index].spec.verifyToken.map(mask)
    }
    for index in copy.channels.indices {
        copy.channels[index].spec.verifySecrets = copy.channels[index].spec.verifySecrets.map(mask)
    }
    return copy
}
