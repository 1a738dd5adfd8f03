import Cryptography
public import Substrate

// The GET with which Meta checks a callback URL: https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/create-webhook-endpoint
extension PolicyTables {
    /// Longest challenge that is echoed, decoded. Meta sends ten digits.
    public static var maxChallengeBytes: Int { 256 }
    /// Longest verify token that is compared, decoded.
    static var maxTokenBytes: Int { 256 }

    /// What a delivery's head has to show before its body is worth reading.
    func authenticate(
        _ head: MessageHead, route: CompiledRoute, state: inout RequestState, verdict: inout HeadVerdict
    ) -> ReasonCode {
        guard state.webhook >= 0 else { return .configIncomplete }
        let webhook = webhooks[Int(state.webhook)]
        switch (head.facts.method, webhook.provider) {
        case (.get, .whatsapp):
            guard permitsHandshake(head[head.facts.query], webhook: webhook) else {
                return .webhookHandshakeRefused
            }
            verdict = .answerHandshake
            return .none
        case (.post, .whatsapp), (.post, .genesys):
            if SignatureField.read(head, provider: webhook.provider) == nil {
                return .webhookSignatureInvalid
            }
            if webhook.provider == .genesys {
                state.channel = signingChannel(head, webhook: webhook, state: state)
                if state.channel < 0 { return .webhookTenantUnknown }
            }
            verdict = .collectBody(maxBytes: Int(clamping: route.maxBodyBytes))
            return .none
        default: return .webhookMethodRefused
        }
    }

    private func permitsHandshake(_ query: Bytes, webhook: CompiledWebhook) -> Bool {
        guard !webhook.verifyToken.isEmpty,
            let mode = QueryParameters.only("hub.mode", in: query),
            PercentDecoding.equals(mode, Bytes("subscribe")),
            let challenge = QueryParameters.only("hub.challenge", in: query),
            let length = PercentDecoding.count(challenge), length > 0, length <= Self.maxChallengeBytes,
            let token = QueryParameters.only("hub.verify_token", in: query)
        else { return false }
        return Self.equalsInConstantTime(token, secretBytes.bytes(webhook.verifyToken))
    }

    private static func equalsInConstantTime(_ encoded: Bytes, _ secret: Bytes) -> Bool {
        guard let length = PercentDecoding.count(encoded), length <= Self.maxTokenBytes else { return false }
        return unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.maxTokenBytes) { room in
            var decoding = PercentDecoding(encoded)
            var count = 0
            while let byte = decoding.next() {
                unsafe room[count] = byte
                count &+= 1
            }
            return unsafe constantTimeEqual(Bytes(unsafeBase: room.baseAddress, count: count), secret)
        }
    }

    /// Appends the challenge of a handshake that was permitted, decoded and nothing else: at most
    /// `maxChallengeBytes`. Answer it as `text/plain`, so that no browser reads it as a page.
    public func handshakeChallenge(
        _ head: MessageHead, state: RequestState, into buffer: inout ByteBuffer
    ) {
        guard let challenge = QueryParameters.only("hub.challenge", in: head[head.facts.query]),
            let length = PercentDecoding.count(challenge), length <= Self.maxChallengeBytes
        else { return }
        buffer.reserve(length)
        var decoding = PercentDecoding(challenge)
        while let byte = decoding.next() { buffer.append(byte) }
    }

    /// Genesys signs with a secret of the integration: which one, the path says, or the webhook's only channel. The
    /// body must agree later. -1 when neither names a channel of this webhook.
    private func signingChannel(
        _ head: MessageHead, webhook: CompiledWebhook, state: RequestState
    ) -> Int32 {
        guard webhook.channelFromPath else { return webhook.onlyChannel }
        return channel(named: channelParameter(head, of: state), provider: .genesys, webhook: state.webhook)
    }

    /// The channel of an external id, if it names this webhook. -1 otherwise.
    func channel(named id: Bytes, provider: CompiledWebhook.Provider, webhook: Int32) -> Int32 {
        guard !id.isEmpty else { return -1 }
        let channel = channelIDs.find(id, scope: Int32(provider.rawValue), text: text)
        return channel >= 0 && channels[Int(channel)].webhookIndex == webhook ? channel : -1
    }
}
