import MeshModel
import Testing

/// The certificates of a listener's TLS.
@Suite struct CertificateListTests {
    private func listener(_ certificates: Int) -> String {
        let items = (0..<certificates).map { "{ certificate: { file: c\($0) }, key: { file: k\($0) } }" }
        return "kind: Listener\nname: l\nspec: { role: edge, address: 127.0.0.1:80, tls: { certificates: [ "
            + items.joined(separator: ", ") + " ] } }"
    }

    @Test func `a list is read in its order, and one of it is what stands alone`() throws {
        let tls = try Reading.accepted(listener(2)).listeners[0].spec.tls
        #expect(tls?.certificates.map(\.certificateFile) == ["c0", "c1"])
        #expect(tls?.certificates.map(\.keyFile) == ["k0", "k1"])
        let alone = try Reading.accepted(
            "kind: Listener\nname: l\nspec: { role: edge, address: 127.0.0.1:80, tls: { certificate: { file: c0 }, key: { file: k0 } } }"
        )
        #expect(try Reading.accepted(listener(1)).listeners[0].spec == alone.listeners[0].spec)
    }

    @Test func `a listener has so many certificates and no more`() throws {
        #expect(try Reading.accepted(listener(64)).listeners[0].spec.tls?.certificates.count == 64)
        #expect(Reading.failure([SourceFile(path: "a.yaml", bytes: Array(listener(65).utf8))]) != nil)
    }

    @Test func `a list is written as it was read`() throws {
        let mesh = try Reading.accepted(listener(3))
        let json = ConfigurationWriterTests.json(mesh)
        #expect(try ConfigurationReader.read([SourceFile(path: "config.json", bytes: json)]) == mesh)
    }
}
