import HTTPTransport
import Reactor
import Substrate

/// The one connection to the collector, on the admin loop. Never waits: each call does what can be done at once.
final class CollectorConnection {
    /// What a call came to.
    enum Step: Equatable {
        case underWay
        case answered
        /// Broken, refused, or ended early.
        case failed(FailedAt)
    }

    enum FailedAt: Equatable {
        case connecting
        /// A kept connection had been closed by the collector meanwhile: nothing was answered.
        case reused
        case answering
    }

    private enum Phase { case closed, idle, connecting, asking }

    /// Numbers of watches begin here; each connection has another, so that no event of a former one counts.
    static var firstNumber: UInt32 { 0x10_0000 }

    private let address: SocketAddress
    private let calls: SystemCalls
    private let transport: Transport
    private var descriptor: FileDescriptor = -1
    private(set) var number = CollectorConnection.firstNumber
    private var phase = Phase.closed
    private var isReused = false
    private var output = ByteBuffer()
    private var input = ByteBuffer()
    private(set) var answer = CollectorAnswer()

    init(address: SocketAddress, calls: SystemCalls, transport: Transport) {
        self.address = address
        self.calls = calls
        self.transport = transport
    }

    deinit { close() }

    /// Sends a request, over a new connection where none is kept.
    func ask(_ head: borrowing ByteBuffer, _ body: borrowing ByteBuffer) -> Step {
        output.removeAll()
        output.append(head.bytes)
        output.append(body.bytes)
        answer.expect()
        if phase == .idle {
            isReused = true
            phase = .asking
            return advance()
        }
        close()
        isReused = false
        switch Sockets.connect(address, calls: calls) {
        case .failed: return .failed(.connecting)
        case .connected(let opened): return watch(opened, .asking) ? advance() : .failed(.connecting)
        case .inProgress(let opened):
            return watch(opened, .connecting) ? .underWay : .failed(.connecting)
        }
    }

    private func watch(_ opened: FileDescriptor, _ begun: Phase) -> Bool {
        descriptor = opened
        number = Self.firstNumber | (number &+ 1) & 0xFFFF
        phase = begun
        if transport.watchConnection(opened, number: number) { return true }
        close()
        return false
    }

    /// Something may have changed.
    func ready() -> Step {
        switch phase {
        case .closed: return .underWay
        case .idle:
            // Nothing was asked: whatever comes, the connection is not used again.
            var ignored = ByteBuffer()
            let (result, _) = calls.recv(descriptor, into: &ignored, minimum: 256)
            if result != SystemError.wouldBlock.result { close() }
            return .underWay
        case .connecting:
            if calls.takeError(descriptor) != nil { return fail(.connecting) }
            phase = .asking
            return advance()
        case .asking: return advance()
        }
    }

    func close() {
        guard descriptor >= 0 else { return }
        calls.close(descriptor)
        descriptor = -1
        phase = .closed
        input.releaseStorage()
        output.releaseStorage()
    }

    private func fail(_ place: FailedAt) -> Step {
        close()
        return .failed(place)
    }

    private var failedAt: FailedAt { isReused && !answer.hasBegun ? .reused : .answering }

    private func advance() -> Step {
        while !output.isEmpty {
            let sent = calls.send(descriptor, output.bytes)
            if sent > 0 {
                output.consume(sent)
            } else if sent == SystemError.wouldBlock.result {
                break
            } else {
                // It may have answered before it broke, as with a 413.
                output.removeAll()
                break
            }
        }
        while true {
            input.removeAll()
            let (result, _) = calls.recv(descriptor, into: &input, minimum: 16 * 1024)
            let step: CollectorAnswer.Step
            if result > 0 {
                step = answer.received(input.bytes)
            } else if result == SystemError.wouldBlock.result {
                return .underWay
            } else {
                step = result == 0 && answer.hasBegun ? answer.ended() : .refused
            }
            switch step {
            case .needsMore: continue
            case .refused: return fail(failedAt)
            case .whole:
                if answer.keepsAlive, output.isEmpty { phase = .idle } else { close() }
                return .answered
            }
        }
    }
}
