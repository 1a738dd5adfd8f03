import MeshTestKit
import Substrate

@testable import Cryptography

/// One of our sessions and an OpenSSL on the other end.
final class MixedPair {
    var ours: TLSSession
    let peer: OpenSSLPeer
    var fromUs = ByteBuffer()
    var fromPeer = ByteBuffer()

    init(weAreServer: Bool, _ options: OpenSSLPeer.Options = OpenSSLPeer.Options()) throws {
        let fixture = TLSFixture()
        if weAreServer {
            ours = try TLSSession(server: fixture.server())
            peer = try OpenSSLPeer(isServer: false, fixture.authority.client(), options)
        } else {
            ours = try TLSSession(client: fixture.client())
            peer = try OpenSSLPeer(isServer: true, fixture.authority.server(), options)
        }
        var isDone = false
        for _ in 0..<8 where !isDone {
            let isPeerDone = peer.handshake()
            peer.send(&fromPeer)
            let (step, consumed) = ours.handshake(
                input: fromPeer.bytes, now: TestAuthority.now, output: &fromUs)
            fromPeer.consume(consumed)
            if case .complete = step { isDone = isPeerDone }
            peer.receive(&fromUs)
        }
        guard isDone else { throw TLSError(during: .createSession) }
    }

    func weWrite(_ plaintext: [UInt8]) -> Bool { plaintext.withBytes { ours.write($0, output: &fromUs) } }

    /// What the peer reads of what we wrote.
    func peerReads() -> (plaintext: [UInt8], stop: Int32) {
        peer.receive(&fromUs)
        return peer.read()
    }

    /// What we read of what the peer wrote, `chunk` bytes at a time.
    func weRead(chunk: Int = .max) -> (plaintext: [UInt8], ending: TLSPair.Ending) {
        peer.send(&fromPeer)
        var plaintext: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 16_640)
        while true {
            let (step, consumed) = unsafe room.withUnsafeMutableBufferPointer {
                unsafe ours.read(input: fromPeer.bytes.prefix(chunk), into: $0, output: &fromUs)
            }
            fromPeer.consume(consumed)
            switch step {
            case .bytes(let count): plaintext += room[..<count]
            case .needsInput: if fromPeer.isEmpty { return (plaintext, .needsInput) }
            case .closed: return (plaintext, .closed)
            case .failed(let failure): return (plaintext, .failed(failure.kind))
            }
        }
    }

    var weOwe: Bool { !fromUs.isEmpty }
    var weHaveLeftOpenSSL: Bool { unsafe ours.ssl == nil }
    func weShutDown() { ours.shutdown(output: &fromUs) }
    func weInputEnded() -> TLSFailure.Kind? { ours.inputEnded()?.kind }
}
