/// TLS of a listener.
public struct ServerTLSSpec: Sendable, Equatable {
    public struct ClientCertificate: Sendable, Equatable {
        /// PEM file with the authorities that client certificates must chain to.
        public var authorityFile: String
        public var required = true

        public init(authorityFile: String) { self.authorityFile = authorityFile }
    }

    /// PEM files of a certificate's chain and of its key.
    public struct Certificate: Sendable, Equatable {
        public var certificateFile: String
        public var keyFile: String

        public init(certificateFile: String, keyFile: String) {
            self.certificateFile = certificateFile
            self.keyFile = keyFile
        }
    }

    /// At least one. The one whose DNS names match the client's SNI is presented, the first where none does.
    public var certificates: [Certificate]
    public var clientCertificate: ClientCertificate?

    public init(certificates: [Certificate]) { self.certificates = certificates }

    public init(certificateFile: String, keyFile: String) {
        self.init(certificates: [Certificate(certificateFile: certificateFile, keyFile: keyFile)])
    }
}

/// TLS towards a service's endpoints.
public struct ClientTLSSpec: Sendable, Equatable {
    /// PEM file with the authorities that the endpoint's certificate must chain to.
    public var authorityFile: String
    /// Own certificate and key, presented when asked.
    public var certificateFile: String?
    public var keyFile: String?
    /// SPIFFE ID that the endpoint must prove. Nil: `serverName` is checked instead.
    public var peer: String?
    /// DNS name sent as SNI and checked against the certificate when `peer` is nil.
    public var serverName: String?

    public init(authorityFile: String) { self.authorityFile = authorityFile }
}
