import Cryptography
import MeshTestKit
import Substrate

/// The backend's end of one TLS connection from a rig, played by the test.
final class TLSBackend {
    private let rig: GatewayRig
    private let peer: SimulatedPeer
    private var session: TLSSession
    private var cipher = ByteBuffer()
    private var output = ByteBuffer()
    private var isEstablished = false

    /// - Parameter peer: accepted, with the client's first bytes waiting.
    init(_ rig: GatewayRig, _ peer: SimulatedPeer, _ context: TLSServerContext) throws {
        self.rig = rig
        self.peer = peer
        session = try TLSSession(server: context)
        for _ in 0..<10 where !isEstablished {
            take()
            let (step, consumed) = session.handshake(
                input: cipher.bytes, now: TestAuthority.now, output: &output)
            cipher.consume(consumed)
            if case .complete = step { isEstablished = true }
            flush()
        }
    }

    /// Plaintext that has arrived.
    func receiveText() -> String {
        take()
        var text: [UInt8] = []
        var room = [UInt8](repeating: 0, count: TLSLimits.maxRecordBytes)
        while true {
            let (step, consumed) = unsafe room.withUnsafeMutableBufferPointer {
                unsafe session.read(input: cipher.bytes, into: $0, output: &output)
            }
            cipher.consume(consumed)
            guard case .bytes(let count) = step else { return String(decoding: text, as: UTF8.self) }
            text += room[..<count]
        }
    }

    func send(_ text: String) {
        Array(text.utf8).withBytes { _ = session.write($0, output: &output) }
        flush()
    }

    private func take() { peer.receive().withBytes { cipher.append($0) } }

    private func flush() {
        peer.send(output.bytes.array)
        output.removeAll()
        rig.settle()
    }
}
