import Glibc
import MeshModel
import Testing

@testable import Sidecar

@Suite("reading configuration")
struct LoaderTests {
    let scratch = Scratch()

    private func failure(_ paths: String...) -> String? {
        do {
            _ = try ConfigurationLoader(paths: paths).load()
            return nil
        } catch {
            return "\(error)"
        }
    }

    private func secret(_ source: SecretSource) -> Result<[UInt8], any Error> {
        Result { try ConfigurationLoader.secret(source) }
    }

    @Test func `a directory's yaml files are read and hidden ones are not`() throws {
        scratch.write("b.yaml", Document.service())
        scratch.write("a.yaml", Document.listener())
        scratch.write("c.txt", "no configuration")
        scratch.write(".hidden.yaml", "kind: Nonsense")
        let data = scratch.makeDirectory("..data")
        unsafe symlink("b.yaml", data + "/b.yaml")
        scratch.write("z.yaml", Document.route())
        let loaded = try ConfigurationLoader(paths: [scratch.path]).load()
        #expect(loaded.listeners.map(\.name) == ["front"])
        #expect(loaded.services.map(\.name) == ["backend"])
        #expect(try ConfigurationLoader(paths: [scratch.path + "/"]).load() == loaded)
    }

    @Test func `names are sorted by bytes`() throws {
        for name in ["b.yaml", "B.yaml", "a.yaml", "10.yaml", "9.yaml"] { scratch.write(name, "") }
        #expect(
            try FileReader.names(in: scratch.path, suffix: ".yaml") == [
                "10.yaml", "9.yaml", "B.yaml", "a.yaml", "b.yaml",
            ])
    }

    @Test func `links as Kubernetes makes them are followed once`() throws {
        let version = scratch.makeDirectory("..2026_01")
        scratch.write("..2026_01/mesh.yaml", Document.edge)
        unsafe symlink(version, scratch.path("..data"))
        unsafe symlink("..data/mesh.yaml", scratch.path("mesh.yaml"))
        #expect(try ConfigurationLoader(paths: [scratch.path]).load().listeners.count == 1)
    }

    @Test func `a missing file is named`() {
        let path = scratch.path("nothing.yaml")
        #expect(failure(path) == "\(path): No such file or directory")
    }

    @Test func `a directory without yaml files is refused`() {
        scratch.write("mesh.yml", Document.edge)
        #expect(failure(scratch.path) == "\(scratch.path): holds no *.yaml file")
    }

    @Test func `a problem is told with its file and line`() throws {
        let path = scratch.write("mesh.yaml", "kind: Service\nname: backend\nspec:\n  endponts: []\n")
        #expect(failure(path)?.contains(path) == true)
        #expect(failure(path)?.contains("endponts") == true)
    }

    @Test func `a file at the limit is read and one over it is not`() throws {
        let path = scratch.write("big", [UInt8](repeating: 65, count: 1000))
        #expect(try FileReader.read(path, maxBytes: 1000).count == 1000)
        #expect(throws: FileReader.Failure.self) { try FileReader.read(path, maxBytes: 999) }
    }

    @Test func `a secret of 1 MiB is read and one byte more is not`() throws {
        let limit = ConfigurationLoader.maxSecretBytes
        #expect(limit == 1 << 20)
        let longest = scratch.write("longest", [UInt8](repeating: 65, count: limit))
        #expect(try ConfigurationLoader.secret(.file(path: longest)).count == limit)
        let longer = scratch.write("longer", [UInt8](repeating: 65, count: limit + 1))
        #expect(throws: FileReader.Failure.self) { try ConfigurationLoader.secret(.file(path: longer)) }
    }

    @Test(arguments: [
        ("s", "s"), ("s\n", "s"), ("s\r\n", "s"), ("s\n\n", "s\n"), ("s\r", "s\r"), (" s ", " s "),
    ])
    func `one line end at the end of a secret's file is not part of it`(_ content: String, _ wanted: String)
        throws
    {
        let path = scratch.write("secret", content)
        #expect(try ConfigurationLoader.secret(.file(path: path)) == Array(wanted.utf8))
    }

    @Test(arguments: ["", "\n", "\r\n"])
    func `a secret's file without a secret is refused`(_ content: String) {
        let path = scratch.write("secret", content)
        #expect(throws: FileReader.Failure.self) { try ConfigurationLoader.secret(.file(path: path)) }
    }

    @Test func `a secret in the environment is taken byte for byte`() throws {
        unsafe setenv("OUTRIGGER_TEST_SECRET", "s\n", 1)
        #expect(
            try ConfigurationLoader.secret(.environment(name: "OUTRIGGER_TEST_SECRET")) == Array("s\n".utf8))
        var raw: [CChar] = [-1, -2, 65, 0]
        unsafe setenv("OUTRIGGER_TEST_RAW", &raw, 1)
        #expect(try ConfigurationLoader.secret(.environment(name: "OUTRIGGER_TEST_RAW")) == [255, 254, 65])
    }

    @Test func `a secret that is not there is named without a value`() {
        #expect(throws: FileReader.Failure.self) {
            try ConfigurationLoader.secret(.environment(name: "OUTRIGGER_TEST_NOTHING"))
        }
        #expect(throws: FileReader.Failure.self) { try ConfigurationLoader.secret(.secret(name: "x")) }
        #expect(try! ConfigurationLoader.secret(.value("v")) == [118])
    }
}
