public import Substrate

/// A certificate authority made in memory for one test: P-256 keys, PEM out, every fault on request.
///
/// All certificates are valid from `start` to `end`, wherever the machine's clock stands: pass `now` to what checks.
@safe public final class TestAuthority {
    /// 2026-01-01T00:00:00Z.
    public static var start: WallTime { WallTime(seconds: 1_767_225_600) }
    /// 2046-01-01T00:00:00Z.
    public static var end: WallTime { WallTime(seconds: 2_398_377_600) }
    /// A time at which everything but an expired leaf is valid.
    public static var now: WallTime { WallTime(seconds: 1_800_000_000) }

    /// A certificate chain and the key of its first certificate.
    public struct Credentials: Sendable {
        public let chainPEM: [UInt8]
        public let keyPEM: [UInt8]

        public init(chainPEM: [UInt8], keyPEM: [UInt8]) {
            self.chainPEM = chainPEM
            self.keyPEM = keyPEM
        }
    }

    /// What to issue. The default is a correct SPIFFE leaf for both sides of TLS.
    public struct Leaf: Sendable {
        public var commonName = "leaf"
        /// URI alternative names, as bytes: a NUL goes in as it is.
        public var uris: [[UInt8]] = []
        public var dnsNames: [String] = []
        public var notBefore = TestAuthority.start
        public var notAfter = TestAuthority.end
        /// In the words of OpenSSL's configuration; nil leaves the extension out.
        public var keyUsage: String? = "critical,digitalSignature"
        public var extendedKeyUsage: String? = "serverAuth,clientAuth"
        public var isAuthority = false
        /// RSA of 2,048 bits instead of P-256.
        public var isRSA = false
        /// Authorities to put between the root and the leaf.
        public var intermediates = 0
        /// Until when those are valid.
        public var intermediatesEnd = TestAuthority.end

        public init(spiffe: String? = nil, dnsNames: [String] = [], commonName: String = "leaf") {
            if let spiffe { uris = [Array(spiffe.utf8)] }
            self.dnsNames = dnsNames
            self.commonName = commonName
        }
    }

    private let root: IssuedCertificate
    public let rootPEM: [UInt8]

    public init(commonName: String = "outrigger test root") {
        var leaf = Leaf(commonName: commonName)
        leaf.isAuthority = true
        leaf.keyUsage = "critical,keyCertSign,cRLSign"
        leaf.extendedKeyUsage = nil
        root = IssuedCertificate(leaf, issuer: nil)
        rootPEM = root.certificatePEM
    }

    public func issue(_ leaf: Leaf) -> Credentials {
        var issuer = root
        var chain: [UInt8] = []
        for index in 0..<leaf.intermediates {
            var authority = Leaf(commonName: "intermediate \(index)")
            authority.isAuthority = true
            authority.notAfter = leaf.intermediatesEnd
            authority.keyUsage = "critical,keyCertSign"
            authority.extendedKeyUsage = nil
            issuer = IssuedCertificate(authority, issuer: issuer)
            chain = issuer.certificatePEM + chain
        }
        let issued = IssuedCertificate(leaf, issuer: issuer)
        return Credentials(chainPEM: issued.certificatePEM + chain, keyPEM: issued.keyPEM)
    }

    /// A SPIFFE leaf that is also `localhost`.
    public func server(spiffe: String = "spiffe://mesh.test/service/backend") -> Credentials {
        issue(Leaf(spiffe: spiffe, dnsNames: ["localhost"], commonName: "server"))
    }

    public func client(spiffe: String = "spiffe://mesh.test/service/edge") -> Credentials {
        issue(Leaf(spiffe: spiffe, commonName: "client"))
    }

    /// No SPIFFE ID: what a webhook sender of the public Internet presents.
    public func client(dnsName: String) -> Credentials {
        issue(Leaf(dnsNames: [dnsName], commonName: dnsName))
    }

    /// Ended one second before `now`.
    public func expiredClient() -> Credentials {
        var leaf = Leaf(spiffe: "spiffe://mesh.test/service/edge")
        leaf.notAfter = WallTime(seconds: Self.now.seconds - 1)
        return issue(leaf)
    }

    public func twoURIClient() -> Credentials {
        var leaf = Leaf(spiffe: "spiffe://mesh.test/service/edge")
        leaf.uris.append(Array("spiffe://mesh.test/service/admin".utf8))
        return issue(leaf)
    }

    /// A C string reader would stop before the NUL and see the edge.
    public func nulInURIClient() -> Credentials {
        var leaf = Leaf()
        leaf.uris = [Array("spiffe://mesh.test/service/edge\0.evil.test".utf8)]
        return issue(leaf)
    }

    public func wrongTrustDomainClient() -> Credentials {
        client(spiffe: "spiffe://evil.test/service/edge")
    }
}
