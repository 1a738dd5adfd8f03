public import Substrate

/// The verified identity of a service of this mesh, which is open; any other peer has none in a log.
///
/// Borrowed from the connection whose certificate proves it.
@safe public struct MeshPeer: Classified {
    public static var privacyClass: PrivacyClass { .open }
    /// Longest identity written. Source: trust domain ≤ 255 bytes and two names of ≤ 63 with their fixed parts.
    public static var maxBytes: Int { 512 }

    let bytes: Bytes

    /// Takes `spiffe://<trust domain>/service/<name>` and `spiffe://<trust domain>/tenant/<name>/service/<name>`.
    ///
    /// - Parameter identity: the URI of a certificate that was verified up to the mesh's authority.
    public init?(verified identity: Bytes) {
        let scheme: StaticString = "spiffe://"
        guard identity.count <= Self.maxBytes, identity.hasPrefix(scheme) else { return nil }
        let rest = identity.dropFirst(scheme.utf8CodeUnitCount)
        guard let slash = rest.firstIndex(of: ASCII.slash), slash > 0, slash <= 255 else { return nil }
        for index in 0..<slash {
            let byte = rest[index]
            guard
                byte &- 0x61 < 26 || ASCII.isDigit(byte) || byte == ASCII.dot || byte == ASCII.dash
                    || byte == ASCII.underscore
            else { return nil }
        }
        var path = rest.dropFirst(slash)
        if path.hasPrefix("/tenant/") {
            guard let afterTenant = Self.afterName(path.dropFirst(8)) else { return nil }
            path = afterTenant
        }
        guard path.hasPrefix("/service/"), let end = Self.afterName(path.dropFirst(9)), end.isEmpty else {
            return nil
        }
        bytes = identity
    }

    /// What follows a resource name (`[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?`) at the front; nil without one.
    private static func afterName(_ text: Bytes) -> Bytes? {
        var count = 0
        while count < text.count, text[count] != ASCII.slash {
            let byte = text[count]
            guard byte &- 0x61 < 26 || ASCII.isDigit(byte) || byte == ASCII.dash else { return nil }
            count &+= 1
        }
        guard count > 0, count <= 63, text[0] != ASCII.dash, text[count &- 1] != ASCII.dash else {
            return nil
        }
        return text.dropFirst(count)
    }
}
