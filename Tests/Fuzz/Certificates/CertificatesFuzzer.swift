import FuzzKit
import MeshModel
import Substrate

@testable import Cryptography

/// A file that should hold certificates or a key, a certificate's DER (when the first byte says so), or a SPIFFE ID:
/// refused with words, or told without a name that the rules do not allow.
@_cdecl("FuzzCertificates_main")
func main(_: Int32, _: UnsafePointer<UnsafePointer<CChar>?>?) -> Int32 {
    Fuzzing.main { input in
        if input.hasPrefix("spiffe") {
            checkIdentity(input)
            return
        }
        let isDER = !input.isEmpty && input[0] == 0x30
        let pem = isDER ? armoured(input) : input.array
        do throws(TLSConfigurationError) {
            check(try CertificateSummary(certificatePEM: pem))
        } catch {
            always(!error.description.isEmpty, "a refusal has words")
        }
        if isDER { return }
        _ = try? PEM.privateKey(pem, role: .privateKey)
        // As an authority of clients and, with whatever key lies beside it, as a server's own.
        _ = try? TLSServerContext(
            certificateChainPEM: pem, privateKeyPEM: pem, clientAuthorityPEM: pem,
            requireClientCertificate: true)
    }
}

private func check(_ summary: CertificateSummary) {
    always(summary.subject.utf8.count <= 4096, "a subject is bounded")
    always(!summary.subject.utf8.contains { $0 < 0x20 || $0 == 0x7F }, "a subject is one line")
    guard let identity = summary.spiffeID else { return }
    always(summary.spiffeProblem == nil, "an identity has no problem")
    always(identity.utf8.count <= Cryptography.SPIFFEID.maxBytes, "an identity is bounded")
    always(
        MeshModel.SPIFFEID(parsing: identity) != nil,
        "an identity follows the rules as configuration has them")
}

/// The session's rules and the configuration's are two programs: they must agree on every text.
private func checkIdentity(_ text: Bytes) {
    let ranges = Cryptography.SPIFFEID.parse(text)
    let read = MeshModel.SPIFFEID(parsing: text)
    always((ranges == nil) == (read == nil), "both take it, or none: \(text.text)")
    guard let ranges, let read else { return }
    always(text[ranges.trustDomain].text == read.trustDomain, "with one trust domain")
    always(text[ranges.path].text == read.path, "and one path")
    always(Cryptography.SPIFFEID.isValidTrustDomain(text[ranges.trustDomain]), "that is valid by itself")
}

private func armoured(_ der: Bytes) -> [UInt8] {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text = Array("-----BEGIN CERTIFICATE-----\n".utf8)
    var index = 0
    while index < der.count {
        let rest = der.dropFirst(index).prefix(3)
        var word = 0
        for place in 0..<3 { word = word << 8 | (place < rest.count ? Int(rest[place]) : 0) }
        for place in 0..<4 { text.append(place <= rest.count ? digits[word >> (18 - 6 * place) & 63] : 0x3D) }
        index += 3
        if index % 48 == 0 { text.append(0x0A) }
    }
    return text + Array("\n-----END CERTIFICATE-----\n".utf8)
}
