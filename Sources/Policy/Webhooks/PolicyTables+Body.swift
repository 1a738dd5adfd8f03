import Cryptography
public import JSON
public import Substrate

extension PolicyTables {
    /// Starts the MACs of a delivery, under every secret that may have signed it. Call it once, when the verdict is
    /// `collectBody`; then `verification.update` with the body's bytes as they arrive.
    public func beginVerification(
        _ head: MessageHead, state: inout RequestState, into verification: inout WebhookVerification
    ) {
        verification.removeAll()
        guard state.webhook >= 0 else { return }
        let webhook = webhooks[Int(state.webhook)]
        let range: TableRange
        switch webhook.provider {
        case .whatsapp: range = webhook.secrets
        case .genesys: range = state.channel >= 0 ? channels[Int(state.channel)].secrets : TableRange()
        }
        for index in range.indices { verification.begin(secret: secretBytes.bytes(secrets[index])) }
    }

    /// Decides about a delivery whose body is there: its signature first, and only then what it says.
    ///
    /// - Parameters:
    ///   - body: the same bytes that `verification` was fed.
    ///   - verification: begun for this request; forgotten afterwards.
    ///   - tape: the worker's.
    ///   - state: gets the tenant, and the channel where there is one.
    /// - Returns: `.none` to go on.
    public func decideBody(
        _ body: Bytes, head: MessageHead, verification: inout WebhookVerification, tape: inout JSONTape,
        state: inout RequestState
    ) -> ReasonCode {
        defer { verification.removeAll() }
        guard state.webhook >= 0, state.route >= 0 else { return .configIncomplete }
        if UInt64(body.count) > routes[Int(state.route)].maxBodyBytes { return .bodyTooLarge }
        let webhook = webhooks[Int(state.webhook)]
        guard let claimed = SignatureField.read(head, provider: webhook.provider),
            verification.matches(claimed)
        else { return .webhookSignatureInvalid }
        var limits = JSONLimits()
        limits.maxBytes = max(limits.maxBytes, body.count)
        do { try tape.parse(body, limits: limits) } catch { return .bodyMalformed }
        let root = tape.root(body)
        let reason: ReasonCode
        switch webhook.provider {
        case .whatsapp: reason = attributeWhatsApp(root, state: &state)
        case .genesys: reason = attributeGenesys(root, state: &state)
        }
        return reason == .none ? settleTenant(&state) : reason
    }

    private func attributeGenesys(_ root: JSONValue, state: inout RequestState) -> ReasonCode {
        guard root.kind == .object, let channel = root["channel"], channel.kind == .object else {
            return .bodyMalformed
        }
        guard let id = channel["id"] else { return .webhookTenantUnknown }
        let signer = channels[Int(state.channel)]
        guard !signer.integrationID.isEmpty, id.stringEquals(text.bytes(signer.integrationID)) else {
            return .webhookTenantUnknown
        }
        return proveTenant(signer.tenantIndex, state: &state)
    }
}
