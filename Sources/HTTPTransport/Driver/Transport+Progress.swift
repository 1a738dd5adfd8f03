import Reactor
import Substrate

/// Clients that do next to nothing. Only who is waited for is watched: not while the upstream is, and not a connection
/// of which the kernel cannot say what the client has taken (Unix sockets).
extension Transport {
    /// Output waits for the client to read.
    func watchAnswer(_ id: SlotID, _ connection: SlotPointer<ServerConnection>) {
        guard connection[].progress.subject != .answer else { return }
        let count = s[].calls.acknowledgedBytes(connection[].io.descriptor)
        guard count >= 0 else { return }
        beginProgress(id, connection, .answer, UInt64(count))
    }

    /// All that the client had sent is read. Watches its body, where more of it must come.
    func watchBody(_ id: SlotID, _ connection: SlotPointer<ServerConnection>) {
        guard let exchange = s[].exchanges[connection[].exchange], bodyIsAwaited(exchange, connection),
            connection[].progress.subject == .nothing
                || connection[].progress.subject == .body
                    && connection[].progress.request != connection[].requests
        else { return }
        beginProgress(id, connection, .body, exchange[].requestBodyBytes)
    }

    /// The body was not read for a while, because who takes it was full: the window begins anew.
    func resumeBody(_ id: SlotID, _ connection: SlotPointer<ServerConnection>) {
        if connection[].progress.subject == .body { connection[].progress.stop() }
    }

    private func bodyIsAwaited(_ exchange: ExchangePointer, _ connection: SlotPointer<ServerConnection>)
        -> Bool
    {
        guard exchange[].requestPhase == .receiving, exchange[].responsePhase == .waiting, hasBody(exchange),
            !connection[].io.readPaused
        else { return false }
        // Who asks for leave to send has not got it yet.
        return !exchange[].head.facts.expectsContinue || exchange[].requestBodyBytes > 0
    }

    private func beginProgress(
        _ id: SlotID, _ connection: SlotPointer<ServerConnection>, _ subject: ProgressWatch.Subject,
        _ count: UInt64
    ) {
        let rule = s[].listeners[Int(connection[].listener)].options.progress
        guard rule.bytes > 0 else { return }
        connection[].progress.begin(
            subject, request: connection[].requests, count: count, rule: rule, now: s[].loop.now.monotonic)
        arm(connection, id, at: connection[].progress.end)
    }

    /// Looks at the client's window when the connection's timer has fired. False when the connection was given up.
    func judgeProgress(_ id: SlotID, _ connection: SlotPointer<ServerConnection>) -> Bool {
        switch connection[].progress.subject {
        case .nothing: return true
        case .answer: return judgeAnswer(id, connection)
        case .body: return judgeBody(id, connection)
        }
    }

    private func verdict(_ connection: SlotPointer<ServerConnection>, _ count: UInt64)
        -> ProgressWatch.Verdict
    {
        connection[].progress.judge(
            count: count, rule: s[].listeners[Int(connection[].listener)].options.progress,
            now: s[].loop.now.monotonic)
    }

    private func judgeAnswer(_ id: SlotID, _ connection: SlotPointer<ServerConnection>) -> Bool {
        let count = s[].calls.acknowledgedBytes(connection[].io.descriptor)
        guard connection[].io.pendingBytes > 0, count >= 0 else {
            connection[].progress.stop()
            return true
        }
        switch verdict(connection, UInt64(count)) {
        case .early: return true
        case .enough:
            // The kernel has room again only in large steps: its word counts as reading on.
            beginProgress(id, connection, .answer, UInt64(count))
            clientTook(id, connection)
            return true
        case .tooSlow:
            s[].counters.slowReaders &+= 1
            if let exchange = s[].exchanges[connection[].exchange], exchange[].reason == .none {
                exchange[].reason = .clientTooSlow
            }
            abortServer(id, connection)
            return false
        }
    }

    private func judgeBody(_ id: SlotID, _ connection: SlotPointer<ServerConnection>) -> Bool {
        guard let exchange = s[].exchanges[connection[].exchange], bodyIsAwaited(exchange, connection),
            connection[].progress.request == connection[].requests
        else {
            connection[].progress.stop()
            return true
        }
        switch verdict(connection, exchange[].requestBodyBytes) {
        case .early: return true
        case .enough:
            beginProgress(id, connection, .body, exchange[].requestBodyBytes)
            return true
        case .tooSlow:
            s[].counters.slowSenders &+= 1
            connection[].progress.stop()
            answerLocally(exchange, .requestTimeout)
            return !connection[].io.isClosed
        }
    }
}
