/// One certificate that a listener can present: PEM of the chain, leaf first, and of its key.
public struct ServerCertificate: Sendable {
    public var chainPEM: [UInt8]
    public var keyPEM: [UInt8]

    public init(chainPEM: [UInt8], keyPEM: [UInt8]) {
        self.chainPEM = chainPEM
        self.keyPEM = keyPEM
    }
}
