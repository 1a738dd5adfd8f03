import Cryptography
import Reactor
import Substrate

/// Handshakes with clients wait behind what established connections need: a flood of them takes what time is left.
extension Transport {
    /// Whether the connection's events are to wait for its turn.
    func isHandshaking(_ connection: SlotPointer<ServerConnection>) -> Bool {
        guard connection[].waiting == .handshake, let tls = connection[].io.tls else { return false }
        return !tls.isReady
    }

    /// Something came for a handshake: it gets in line, or is turned away where the line is full.
    func lineUp(_ id: SlotID, _ connection: SlotPointer<ServerConnection>) {
        guard connection[].io.input.mayHaveInput, !connection[].isInLine else { return }
        let hasBegun = connection[].io.tls?.session.hasBegun ?? false
        let stage = hasBegun ? HandshakeQueue.Stage.finish : .begin
        if !s[].handshakes.add(id, stage) {
            if s[].hasGoneFromLine {
                s[].hasGoneFromLine = false
                let servers = s
                s[].handshakes.forget { servers[].servers[$0] == nil }
            }
            guard s[].handshakes.add(id, stage) else {
                s[].counters.handshakesShed &+= 1
                s[].handler.handshakeShed(listener: connection[].listener)
                // What the client sent is unread, so that the kernel resets: the client need not wait to know.
                closeServer(id, connection)
                return
            }
        }
        connection[].isInLine = true
    }

    /// Counts a handshake that is complete, whatever came behind it.
    func handshakeMayHaveEnded(_ id: SlotID, _ connection: SlotPointer<ServerConnection>) {
        guard connection[].waiting == .handshake, let tls = connection[].io.tls, tls.isReady else { return }
        if tls.session.isResumed {
            s[].counters.handshakesResumed &+= 1
        } else {
            s[].counters.handshakes &+= 1
        }
        let timeout = headTimeout(ofListener: Int(connection[].listener))
        wait(connection, id, for: .head, nanoseconds: timeout)
    }

    /// Takes as many steps as this turn may.
    /// - Parameter turnBegan: when the turn woke up.
    func runHandshakes(turnBegan: MonotonicTime) {
        guard !s[].handshakes.isEmpty else { return }
        var budget = HandshakeBudget(s[].limits, turnBegan: turnBegan, now: s[].calls.monotonic())
        while !s[].handshakes.isEmpty, budget.take(now: s[].calls.monotonic()) {
            // Who is gone costs nothing.
            while let id = s[].handshakes.next() {
                guard let connection = s[].servers[id] else { continue }
                connection[].isInLine = false
                serverReadable(id, connection)
                break
            }
            flushDirty()
        }
    }
}
