import MeshModel
import Substrate
import Testing

@Suite struct ConfigurationWriterTests {
    static func json(_ configuration: MeshConfiguration) -> [UInt8] {
        let buffer = ConfigurationWriter.json(configuration)
        return buffer.bytes.array
    }

    @Test func `what is written reads back as the same, secrets masked`() throws {
        let mesh = try Reading.accepted(Example.mesh + Example.rest)
        var masked = mesh
        masked.webhooks[0].spec.secrets = [.value("***")]
        masked.webhooks[0].spec.verifyToken = .value("***")
        masked.channels[1].spec.verifySecrets[0] = .value("***")
        let again = try ConfigurationReader.read([SourceFile(path: "config.json", bytes: Self.json(mesh))])
        #expect(again == masked)
    }

    @Test func `no secret's value is written`() throws {
        let text = String(
            decoding: Self.json(try Reading.accepted(Example.mesh + Example.rest)), as: UTF8.self)
        for secret in ["app-secret", "verify-me", "s3cret-of-desk"] { #expect(!text.contains(secret)) }
        #expect(text.contains(#"{"env":"DESK"}"#))
        #expect(text.contains(#""name":"wa-main""#))
    }

    @Test func `problems repeat no secret`() {
        let spec =
            "provider: whatsapp, secrets: [ { valeu: hunter2 }, hunter2, { value: \"hunter2\\n\" }, { value: hunter2, file: hunter2 } ], verifyToken: hunter2"
        let failure = Reading.failure([
            SourceFile(path: "a.yaml", bytes: Array("kind: Webhook\nname: w\nspec: { \(spec) }".utf8))
        ])
        #expect(failure?.problems.count == 6)
        #expect(failure?.description.contains("hunter2") == false)
    }

    @Test func `nothing is an empty array`() {
        #expect(Self.json(MeshConfiguration()) == Array("[]".utf8))
    }
}
