import Cryptography
import MeshTestKit
import Substrate

/// A TLS session with the bytes that it has not understood yet.
final class PlayedTLS {
    private var session: TLSSession
    private var cipher = ByteBuffer()
    private var output = ByteBuffer()
    /// Written before the handshake was complete.
    private var waiting: [UInt8] = []
    private(set) var isEstablished = false
    private(set) var hasFailed = false
    private(set) var endedCleanly = false

    init(_ session: consuming TLSSession) { self.session = session }

    private func take() -> [UInt8] {
        defer { output.removeAll() }
        return output.bytes.array
    }

    func begin() -> [UInt8] {
        _ = session.handshake(input: Bytes(), now: TestAuthority.now, output: &output)
        return take()
    }

    func send(_ bytes: [UInt8]) -> [UInt8] {
        guard isEstablished else {
            waiting += bytes
            return []
        }
        write(bytes)
        return take()
    }

    private func write(_ bytes: [UInt8]) {
        guard !hasFailed, !bytes.isEmpty else { return }
        var plaintext = ByteBuffer()
        bytes.withBytes { plaintext.append($0) }
        _ = session.write(plaintext.bytes, output: &output)
    }

    func end() -> [UInt8] {
        session.shutdown(output: &output)
        return take()
    }

    func receive(_ bytes: [UInt8], into plaintext: inout [UInt8]) -> [UInt8] {
        bytes.withBytes { cipher.append($0) }
        if !isEstablished, !hasFailed {
            let (step, consumed) = session.handshake(
                input: cipher.bytes, now: TestAuthority.now, output: &output)
            cipher.consume(consumed)
            switch step {
            case .needsInput: break
            case .failed: hasFailed = true
            case .complete:
                isEstablished = true
                write(waiting)
                waiting = []
            }
        }
        guard isEstablished, !hasFailed, !endedCleanly else { return take() }
        read(into: &plaintext)
        return take()
    }

    private func read(into plaintext: inout [UInt8]) {
        var room = [UInt8](repeating: 0, count: 16_384)
        while true {
            let (step, consumed) = unsafe room.withUnsafeMutableBufferPointer {
                unsafe session.read(input: cipher.bytes, into: $0, output: &output)
            }
            cipher.consume(consumed)
            switch step {
            case .bytes(let count): plaintext += room[..<count]
            case .needsInput: if cipher.isEmpty || consumed == 0 { return }
            case .closed:
                endedCleanly = true
                return
            case .failed:
                hasFailed = true
                return
            }
        }
    }
}
