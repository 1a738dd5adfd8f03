/// TLS of a listener.
public struct ServerTLSSpec: Sendable, Equatable {
    public struct ClientCertificate: Sendable, Equatable {
        /// PEM file with the authorities that client certificates must chain to.
        public var authorityFile: String
        public var required = true

        public init(authorityFile: String) { self.authorityFile = authorityFile }
    }

    public var certificateFile: String
    public var keyFile: String
    public var clientCertificate: ClientCertificate?

    public init(certificateFile: String, keyFile: String) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
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
