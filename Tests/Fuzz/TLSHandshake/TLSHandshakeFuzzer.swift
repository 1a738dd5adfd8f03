import Cryptography
import FuzzKit
import Substrate

/// The first bytes of a connection to a TLS server, and of a server that a client reached: whole and byte by byte they
/// fail or wait alike, nobody is let in, and what is kept and answered is bounded.
@_cdecl("FuzzTLSHandshake_main")
func main(_: Int32, _: UnsafePointer<UnsafePointer<CChar>?>?) -> Int32 {
    let authority = TestAuthority()
    let own = authority.server()
    guard
        let server = try? TLSServerContext(
            certificateChainPEM: own.chainPEM, privateKeyPEM: own.keyPEM,
            clientAuthorityPEM: authority.rootPEM,
            requireClientCertificate: true),
        let client = try? TLSClientContext(
            authorityPEM: authority.rootPEM, certificateChainPEM: own.chainPEM, privateKeyPEM: own.keyPEM,
            expectedPeer: nil, serverName: "localhost", alpn: ["http/1.1"])
    else { fatalError("the test authority's contexts are valid") }
    return Fuzzing.main { input in
        check(input, "server") { try? TLSSession(server: server) }
        check(input, "client") { try? TLSSession(client: client) }
    }
}

private func check(_ input: Bytes, _ side: String, _ make: () -> TLSSession?) {
    let whole = run(input, piece: .max, make)
    let split = run(input, piece: 1, make)
    always(whole == split, "cuts change no outcome of the \(side): \(whole), \(split)")
}

private struct Outcome: Equatable {
    var failure: TLSFailure.Kind?
    /// Bytes taken up to the failure; all of them without one.
    var waits = false
}

private func run(_ input: Bytes, piece: Int, _ make: () -> TLSSession?) -> Outcome {
    guard var session = make() else { fatalError("memory for a session") }
    var output = ByteBuffer()
    // A client speaks first.
    _ = session.handshake(input: Bytes(), now: TestAuthority.now, output: &output)
    var index = 0
    while index < input.count {
        let window = input.dropFirst(index).prefix(piece)
        let (step, consumed) = session.handshake(input: window, now: TestAuthority.now, output: &output)
        always(consumed >= 0 && consumed <= window.count, "what is consumed was there")
        always(output.count <= 65_536, "what is answered is bounded")
        index += consumed
        switch step {
        case .complete: always(false, "nobody is let in without a key")
        case .needsInput: always(consumed == window.count, "whoever waits has taken everything")
        case .failed(let failure):
            always(session.failure?.kind == failure.kind, "a failure stays")
            let again = session.handshake(input: input, now: TestAuthority.now, output: &output)
            always(again.consumed == 0, "behind a failure nothing is taken")
            return Outcome(failure: failure.kind)
        }
    }
    always(!session.isEstablished && session.serverName.isEmpty, "nothing is believed before the end")
    return Outcome(waits: true)
}
