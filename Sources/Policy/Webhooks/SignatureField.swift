import Cryptography
import Substrate

/// `X-Hub-Signature-256: sha256=…`. WhatsApp writes 64 lower-case hexadecimal digits, Genesys 44 characters of base64:
/// the same field in two encodings, and neither provider's is taken for the other's.
enum SignatureField {
    /// The digest that the head claims. Nil unless there is exactly one such field of the provider's shape.
    static func read(_ head: MessageHead, provider: CompiledWebhook.Provider) -> Digest256? {
        var value: ByteRange?
        for index in 0..<head.fieldCount where head[field: index].known == .xHubSignature256 {
            if value != nil { return nil }
            value = head[field: index].value
        }
        guard let value else { return nil }
        let text = head[value]
        let prefix = Bytes("sha256=")
        guard text.hasPrefix(prefix) else { return nil }
        let encoded = text.dropFirst(prefix.count)
        switch provider {
        case .whatsapp: return Digest256(lowerHex: encoded)
        case .genesys: return Digest256(base64: encoded)
        }
    }
}
