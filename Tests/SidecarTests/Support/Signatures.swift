import Cryptography
import Substrate

/// A body's signature as Meta writes it: `X-Hub-Signature-256`.
func metaSignature(_ body: String, secret: String) -> String {
    var mac = HMACSHA256(Array(secret.utf8).withBytes { HMACKey($0) })
    Array(body.utf8).withBytes { mac.update($0) }
    let digest = mac.finish()
    return "sha256=" + written { digest.appendHex(to: &$0) }
}
