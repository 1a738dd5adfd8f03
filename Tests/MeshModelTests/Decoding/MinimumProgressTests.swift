import MeshModel
import Substrate
import Testing

@Suite struct MinimumProgressTests {
    private func spec(_ field: String) throws -> ListenerSpec {
        let text = "kind: Listener\nname: front\nspec: { role: edge, address: 127.0.0.1:18080\(field) }\n"
        let mesh = try Reading.accepted(text)
        let written = ConfigurationWriter.json(mesh).bytes.array
        let again = try ConfigurationReader.read([SourceFile(path: "config.json", bytes: written)])
        #expect(again == mesh)
        return try #require(mesh.listeners.first?.spec)
    }

    @Test func `without a word it is two kilobytes in ten seconds`() throws {
        let progress = try spec("").minimumProgress
        #expect(progress.bytes == 2_048)
        #expect(progress.window == .seconds(10))
    }

    @Test func `bytes and window are read and written, up to the limit`() throws {
        let progress = try spec(", minimumProgress: { bytes: 1MiB, window: 30s }").minimumProgress
        #expect(progress.bytes == ConfigurationLimits.maxProgressBytes)
        #expect(progress.window == .seconds(30))
    }

    @Test func `nothing at all may be asked for`() throws {
        #expect(try spec(", minimumProgress: { bytes: 0 }").minimumProgress.bytes == 0)
    }
}
