import Cryptography
import JSON
import MeshModel
import Policy
import Substrate

/// A compiled configuration, and requests put to it.
struct PolicyFixture {
    let snapshot: PolicySnapshot
    let registry: IdentityRegistry

    init(
        _ configuration: MeshConfiguration, registry: IdentityRegistry = IdentityRegistry(seed: 0x5EED),
        revision: UInt64 = 1
    ) throws {
        self.registry = registry
        snapshot = try PolicySnapshot.compile(
            configuration, secrets: Self.read, identities: registry, revision: revision)
        // Kept for the process's life: a test may take the tables and let the fixture go, which a worker, that holds
        // its snapshot, never does.
        _ = unsafe Unmanaged.passRetained(snapshot)
    }

    struct SecretMissing: Error {}

    static func read(_ source: SecretSource) throws -> [UInt8] {
        guard case .value(let text) = source else { throw SecretMissing() }
        return Array(text.utf8)
    }

    struct Outcome {
        var verdict: HeadVerdict
        var state: RequestState
        var route: String
        var service: String
        var template: String
        var tenant: String
        var parameters: [String: String]
    }

    func decide(
        _ request: RequestSketch, listener: UInt16 = 0, peer: String = "", isTLS: Bool = true,
        entropy: UInt64 = 0
    ) -> Outcome {
        request.withHead { head in
            Array(peer.utf8).withBytes { spiffe in
                decide(
                    head, peer: PeerFacts(spiffe: spiffe, isTLS: isTLS),
                    state: RequestState(listener: listener, entropy: entropy))
            }
        }
    }

    private func decide(_ head: MessageHead, peer: PeerFacts, state fresh: RequestState) -> Outcome {
        var state = fresh
        let tables = snapshot.tables
        let verdict = tables.decideHead(head, peer: peer, state: &state)
        return outcome(verdict, state, head: head, peer: peer)
    }

    func outcome(
        _ verdict: HeadVerdict, _ state: RequestState, head: MessageHead, peer: PeerFacts
    ) -> Outcome {
        let tables = snapshot.tables
        var parameters: [String: String] = [:]
        for index in 0..<Int(state.parameterCount) {
            parameters[tables.parameterName(index, of: state).text] = head[state.parameters[index]].text
        }
        return Outcome(
            verdict: verdict, state: state,
            route: state.route >= 0 ? tables.text.bytes(tables.routes[Int(state.route)].name).text : "",
            service: state.service >= 0
                ? tables.text.bytes(tables.services[Int(state.service)].name).text : "",
            template: tables.template(of: state).text,
            tenant: tables.tenantName(of: state, head: head, peer: peer).text, parameters: parameters)
    }

    /// Puts a whole delivery through: head, MAC in pieces, body.
    func deliver(
        _ request: RequestSketch, body: [UInt8], listener: UInt16 = 0, peer: String = "", pieceBytes: Int = 7
    ) -> (reason: ReasonCode, outcome: Outcome) {
        request.withHead { head in
            Array(peer.utf8).withBytes { spiffe in
                body.withBytes {
                    deliver(
                        head, $0, peer: PeerFacts(spiffe: spiffe, isTLS: true), listener: listener,
                        pieceBytes: pieceBytes)
                }
            }
        }
    }

    private func deliver(
        _ head: MessageHead, _ body: Bytes, peer: PeerFacts, listener: UInt16, pieceBytes: Int
    ) -> (reason: ReasonCode, outcome: Outcome) {
        var state = RequestState(listener: listener)
        let tables = snapshot.tables
        let verdict = tables.decideHead(head, peer: peer, state: &state)
        guard case .collectBody = verdict else {
            if case .respond(let reason) = verdict {
                return (reason, outcome(verdict, state, head: head, peer: peer))
            }
            return (.none, outcome(verdict, state, head: head, peer: peer))
        }
        var verification = WebhookVerification()
        var tape = JSONTape()
        tables.beginVerification(head, state: &state, into: &verification)
        var offset = 0
        while offset < body.count {
            let length = min(pieceBytes, body.count - offset)
            verification.update(body[offset, count: length])
            offset += length
        }
        let reason = tables.decideBody(
            body, head: head, verification: &verification, tape: &tape, state: &state)
        return (reason, outcome(verdict, state, head: head, peer: peer))
    }

    func challenge(_ request: RequestSketch) -> String {
        request.withHead { head in
            var state = RequestState(listener: 0)
            let tables = snapshot.tables
            _ = tables.decideHead(head, peer: PeerFacts(), state: &state)
            var buffer = ByteBuffer()
            tables.handshakeChallenge(head, state: state, into: &buffer)
            return buffer.bytes.text
        }
    }
}

/// `sha256=` and the MAC, as the provider writes it.
func signature(_ body: [UInt8], secret: String, base64: Bool = false) -> String {
    let digest = Array(secret.utf8).withBytes { key in
        body.withBytes { body in
            var mac = HMACSHA256(key: key)
            mac.update(body)
            return mac.finish()
        }
    }
    var buffer = ByteBuffer()
    if base64 { digest.appendBase64(to: &buffer) } else { digest.appendHex(to: &buffer) }
    return "sha256=" + buffer.bytes.text
}
