import Cryptography

/// The files that one TLS context is made of, so that what is wrong with one is told with its name.
struct TLSFiles {
    var certificate: String?
    var key: String?
    var authority: String?

    /// - Throws: for a file that cannot be read or used, with its path.
    func naming<Context>(
        _ make: (_ certificate: [UInt8]?, _ key: [UInt8]?, _ authority: [UInt8]?)
            throws(TLSConfigurationError) ->
            Context
    ) throws -> Context {
        let pieces = (try Self.read(certificate), try Self.read(key), try Self.read(authority))
        do {
            return try make(pieces.0, pieces.1, pieces.2)
        } catch {
            guard let path = path(of: error.role) else { throw error }
            throw FileReader.Failure(path: path, reason: "\(error)")
        }
    }

    private func path(of role: TLSConfigurationError.Role) -> String? {
        switch role {
        case .certificate: certificate
        case .privateKey: key
        case .clientAuthority, .authority: authority
        case .expectedPeer, .serverName, .trustDomain, .protocols, .context: nil
        }
    }

    private static func read(_ path: String?) throws(FileReader.Failure) -> [UInt8]? {
        guard let path else { return nil }
        return try FileReader.read(path, maxBytes: ConfigurationLoader.maxSecretBytes)
    }
}
