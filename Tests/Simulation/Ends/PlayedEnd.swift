import Cryptography
import MeshTestKit
import Substrate

/// The far end of one of the transport's connections: plaintext in and out, over TLS where asked.
final class PlayedEnd {
    private let peer: SimulatedPeer
    private let tls: PlayedTLS?
    /// Plaintext received and not taken.
    private var input: [UInt8] = []
    private(set) var receivedBytes = 0

    init(_ peer: SimulatedPeer) {
        self.peer = peer
        tls = nil
    }

    init(_ peer: SimulatedPeer, client context: TLSClientContext) throws {
        self.peer = peer
        let tls = PlayedTLS(try TLSSession(client: context))
        self.tls = tls
        peer.send(tls.begin())
    }

    init(_ peer: SimulatedPeer, server context: TLSServerContext) throws {
        self.peer = peer
        tls = PlayedTLS(try TLSSession(server: context))
    }

    var isEncrypted: Bool { tls != nil }

    /// Moves up to `budget` bytes off the connection and returns their plaintext.
    func take(atMost budget: Int) -> [UInt8] {
        let bytes = peer.receive(atMost: budget)
        receivedBytes += bytes.count
        guard let tls else { return bytes }
        guard !bytes.isEmpty else { return [] }
        var plaintext: [UInt8] = []
        let answer = tls.receive(bytes, into: &plaintext)
        if !answer.isEmpty { peer.send(answer) }
        return plaintext
    }

    func send(_ bytes: [UInt8]) {
        if let sealed = tls?.send(bytes) { peer.send(sealed) } else { peer.send(bytes) }
    }

    func closeWrite() {
        if let end = tls?.end() { peer.send(end) }
        peer.closeWrite()
    }

    func close() { peer.close() }
    func reset() { peer.reset() }

    /// Handshakes are played even by who does not read.
    var isEstablished: Bool { tls?.isEstablished ?? true }
    /// Nothing more will come.
    var isOver: Bool { peer.isClosed && peer.waitingBytes == 0 }
    var wasReset: Bool { peer.wasReset }
    var wasRefused: Bool { peer.wasRefused }
    /// The other side said that it was done, so that nobody can have cut it off.
    var endedCleanly: Bool {
        if let tls { return tls.endedCleanly }
        return peer.hasEnd && !peer.wasReset && peer.waitingBytes == 0
    }
    var unsentBytes: Int { peer.unsentBytes }
}
