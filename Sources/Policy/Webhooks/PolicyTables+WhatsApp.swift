import JSON
import Substrate

extension PolicyTables {
    /// Finds the one tenant that every item of a delivery belongs to. Envelope: `{object, entry: [{id, changes:
    /// [{field, value: {metadata: {phone_number_id}}}]}]}`.
    ///
    /// Items of two tenants are told apart from items of none first: an unmapped item anywhere refuses the delivery.
    func attributeWhatsApp(_ root: JSONValue, state: inout RequestState) -> ReasonCode {
        guard root.kind == .object, root["object"]?.stringEquals("whatsapp_business_account") == true,
            let entries = root["entry"], entries.kind == .array
        else { return .bodyMalformed }
        var owners = DeliveryOwners()
        var mixed = ReasonCode.none
        for entry in entries.elements {
            guard entry.kind == .object else { return .bodyMalformed }
            guard let changes = entry["changes"] else {
                let reason = addAccount(entry, to: &owners, webhook: state.webhook)
                if reason == .webhookBatchMixed { mixed = reason } else if reason != .none { return reason }
                continue
            }
            guard changes.kind == .array else { return .bodyMalformed }
            // An entry without changes still names its account to whoever reads the delivery.
            if changes.count == 0 {
                let reason = addAccount(entry, to: &owners, webhook: state.webhook)
                if reason == .webhookBatchMixed { mixed = reason } else if reason != .none { return reason }
            }
            for change in changes.elements {
                let reason = addChange(change, of: entry, to: &owners, webhook: state.webhook)
                if reason == .webhookBatchMixed { mixed = reason } else if reason != .none { return reason }
            }
        }
        if mixed != .none { return mixed }
        guard owners.tenant >= 0 else { return .webhookTenantUnknown }
        if owners.isOneChannel { state.channel = owners.channel }
        return proveTenant(owners.tenant, state: &state)
    }

    /// A phone number, where there is one, alone names the channel; `entry.id` is compared only without it.
    private func addChange(
        _ change: JSONValue, of entry: JSONValue, to owners: inout DeliveryOwners, webhook: Int32
    ) -> ReasonCode {
        guard change.kind == .object else { return .bodyMalformed }
        guard let number = change["value"]?["metadata"]?["phone_number_id"] else {
            return addAccount(entry, to: &owners, webhook: webhook)
        }
        guard let text = plainText(number) else { return .webhookTenantUnknown }
        let found = channel(named: text, provider: .whatsapp, webhook: webhook)
        guard found >= 0 else { return .webhookTenantUnknown }
        return owners.add(tenant: channels[Int(found)].tenantIndex, channel: found)
    }

    /// An account may have several channels of its tenant, so it names the tenant only.
    private func addAccount(
        _ entry: JSONValue, to owners: inout DeliveryOwners, webhook: Int32
    ) -> ReasonCode {
        guard let id = entry["id"], let account = plainText(id) else { return .webhookTenantUnknown }
        let tenant = accountIDs.find(account, scope: webhook, text: text)
        guard tenant >= 0 else { return .webhookTenantUnknown }
        return owners.add(tenant: tenant, channel: -1)
    }

    /// External ids are digits or UUIDs: a string that needs escapes to be written is none of them.
    private func plainText(_ value: JSONValue) -> Bytes? {
        guard let raw = value.rawString, !value.hasEscapes, !raw.isEmpty else { return nil }
        return raw
    }
}
