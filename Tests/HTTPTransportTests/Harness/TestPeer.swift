import Cryptography
import MeshTestKit
import Substrate

/// The far end of one of the transport's connections: plaintext in and out, over TLS where asked.
final class TestPeer {
    let wire: any Wire
    private var tls: TLSEnd?
    /// Plaintext received and not taken.
    var input: [UInt8] = []
    /// False plays a reader that does not read.
    var reads = true
    /// Bytes taken at once from the wire.
    var maxBytesPerPump = Int.max
    /// What came over the wire and what went, each as one piece: a flight of a handshake, an answer, a request.
    private(set) var flights: [[UInt8]] = []

    init(_ wire: any Wire) { self.wire = wire }

    init(_ wire: any Wire, client context: TLSClientContext) throws {
        self.wire = wire
        let end = TLSEnd(try TLSSession(client: context))
        tls = end
        transmit(end.begin())
    }

    init(_ wire: any Wire, server context: TLSServerContext) throws {
        self.wire = wire
        tls = TLSEnd(try TLSSession(server: context))
    }

    /// Moves what has arrived into `input`.
    func pump() {
        guard reads || !isEstablished else { return }
        var budget = maxBytesPerPump
        while budget > 0 {
            let bytes = wire.receive(atMost: budget)
            if bytes.isEmpty { return }
            budget -= bytes.count
            flights.append(bytes)
            guard let tls else {
                input += bytes
                continue
            }
            let answer = tls.receive(bytes, into: &input)
            if !answer.isEmpty { transmit(answer) }
        }
    }

    func send(_ bytes: [UInt8]) {
        guard let tls else { return transmit(bytes) }
        let sealed = tls.send(bytes)
        if !sealed.isEmpty { transmit(sealed) }
    }

    private func transmit(_ bytes: [UInt8]) {
        flights.append(bytes)
        wire.send(bytes)
    }

    func send(_ text: String) { send(Array(text.utf8)) }

    func closeWrite() {
        if let tls { wire.send(tls.end()) }
        wire.closeWrite()
    }

    /// TLS: says that nothing more will be sent, and leaves the connection open.
    func sendEnd() {
        guard let tls else { return }
        let bytes = tls.end()
        if !bytes.isEmpty { wire.send(bytes) }
    }

    func close() { wire.close() }
    func reset() { wire.reset() }

    /// Nothing more will come.
    var isClosed: Bool { wire.isClosed }
    /// The other side said that it was done, so that nobody can have cut it off.
    var endedCleanly: Bool { tls?.endedCleanly ?? wire.isClosed }
    var wasReset: Bool { wire.wasReset }
    var handshakeFailed: Bool { tls?.hasFailed ?? false }
    var isEstablished: Bool { tls?.isEstablished ?? true }
    var text: String { String(decoding: input, as: UTF8.self) }

    /// Holds encrypted bytes back, so that a test decides which of them share a segment.
    var holdsOutput: Bool {
        get { tls?.holdsOutput ?? false }
        set { tls?.holdsOutput = newValue }
    }
    /// What was held back.
    func takeHeld() -> [UInt8] { tls?.takeHeld() ?? [] }
}

/// A TLS session with the bytes that it has not understood yet.
private final class TLSEnd {
    private var session: TLSSession
    private var cipher = ByteBuffer()
    private var output = ByteBuffer()
    /// Written before the handshake was complete.
    private var waiting: [UInt8] = []
    private(set) var isEstablished = false
    private(set) var hasFailed = false
    private(set) var endedCleanly = false
    var holdsOutput = false
    private var held: [UInt8] = []

    init(_ session: consuming TLSSession) { self.session = session }

    func begin() -> [UInt8] {
        _ = session.handshake(input: Bytes(), now: TestAuthority.now, output: &output)
        return take()
    }

    private func take() -> [UInt8] {
        let bytes = output.bytes.array
        output.removeAll()
        if holdsOutput {
            held += bytes
            return []
        }
        return bytes
    }

    func takeHeld() -> [UInt8] {
        defer { held = [] }
        return held
    }

    func send(_ bytes: [UInt8]) -> [UInt8] {
        guard isEstablished else {
            waiting += bytes
            return []
        }
        if !hasFailed, !bytes.isEmpty { _ = bytes.withBytes { session.write($0, output: &output) } }
        return take()
    }

    func end() -> [UInt8] {
        session.shutdown(output: &output)
        return take()
    }

    func receive(_ bytes: [UInt8], into input: inout [UInt8]) -> [UInt8] {
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
                if !waiting.isEmpty { _ = waiting.withBytes { session.write($0, output: &output) } }
                waiting = []
            }
        }
        guard isEstablished, !hasFailed, !endedCleanly else { return take() }
        var room = [UInt8](repeating: 0, count: 16_384)
        reading: while true {
            let (step, consumed) = unsafe room.withUnsafeMutableBufferPointer {
                unsafe session.read(input: cipher.bytes, into: $0, output: &output)
            }
            cipher.consume(consumed)
            switch step {
            case .bytes(let count): input += room[..<count]
            case .needsInput: if cipher.isEmpty || consumed == 0 { break reading }
            case .closed:
                endedCleanly = true
                break reading
            case .failed:
                hasFailed = true
                break reading
            }
        }
        return take()
    }
}
