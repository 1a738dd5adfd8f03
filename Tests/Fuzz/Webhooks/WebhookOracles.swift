import JSON
import Substrate

/// Whose a payload is, read plainly: every item's owner is looked up and put into a set. Empty for nobody's.
enum AttributionOracle {
    private static func tenant(phone: String) -> String {
        ["11": "acme", "12": "acme", "13": "globex", "14": "closed"][phone] ?? "?"
    }

    private static func tenant(account: String) -> String {
        ["1000": "acme", "2000": "globex", "3000": "closed"][account] ?? "?"
    }

    static func whatsApp(_ root: JSONValue) -> String {
        guard root.kind == .object, root["object"]?.text == "whatsapp_business_account",
            let entries = root["entry"], entries.kind == .array
        else { return "" }
        var owners: Set<String> = []
        for entry in entries.elements {
            guard entry.kind == .object else { return "" }
            let changes = entry["changes"]
            if let changes, changes.kind != .array { return "" }
            let account = tenant(account: plain(entry["id"]))
            if (changes?.count ?? 0) == 0 { owners.insert(account) }
            guard let changes else { continue }
            for change in changes.elements {
                guard change.kind == .object else { return "" }
                let number = change["value"]?["metadata"]?["phone_number_id"]
                owners.insert(number == nil ? account : tenant(phone: plain(number)))
            }
        }
        guard owners.count == 1, let owner = owners.first else { return "" }
        return owner == "?" || owner == "closed" ? "" : owner
    }

    static func genesys(_ root: JSONValue) -> String {
        guard root.kind == .object, let channel = root["channel"], channel.kind == .object else { return "" }
        return channel["id"]?.text == "1f9a" ? "acme" : ""
    }

    /// An id is written without escapes, or it is none.
    private static func plain(_ value: JSONValue?) -> String {
        guard let value, value.kind == .string, !value.hasEscapes else { return "?" }
        return value.text ?? "?"
    }
}

/// Meta's handshake, read plainly: the challenge that is echoed, or nil.
enum HandshakeOracle {
    static func challenge(_ query: [UInt8]) -> [UInt8]? {
        guard only("hub.mode", query) == Array("subscribe".utf8),
            only("hub.verify_token", query) == Array("to ken".utf8),
            let challenge = only("hub.challenge", query), !challenge.isEmpty, challenge.count <= 256
        else { return nil }
        return challenge
    }

    /// The decoded value of the one parameter of this name.
    private static func only(_ name: String, _ query: [UInt8]) -> [UInt8]? {
        var found: [[UInt8]?] = []
        for pair in query.split(separator: ASCII.ampersand) {
            let parts = pair.split(separator: ASCII.equals, maxSplits: 1, omittingEmptySubsequences: false)
            guard decoded(parts[0]) == Array(name.utf8) else { continue }
            found.append(parts.count == 2 ? decoded(parts[1]) : [])
        }
        return found.count == 1 ? found[0] : nil
    }

    private static func decoded(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            switch byte {
            case ASCII.percent:
                guard rest.count >= 2, let high = ASCII.hexValue(rest[rest.startIndex]),
                    let low = ASCII.hexValue(rest[rest.startIndex + 1])
                else { return nil }
                bytes.append(high << 4 | low)
                rest = rest.dropFirst(2)
            case UInt8(ascii: "+"): bytes.append(ASCII.space)
            default: bytes.append(byte)
            }
        }
        return bytes
    }
}
