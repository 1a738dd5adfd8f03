import Cryptography

/// The files that one TLS context is made of, so that what is wrong with one is told with its name.
struct TLSFiles {
    struct Pair {
        var certificate: String?
        var key: String?
    }

    /// Certificates and their keys; one pair where there can be only one.
    var pairs: [Pair]
    var authority: String?

    /// - Throws: for a file that cannot be read or used, with its path.
    func naming<Context>(
        _ make: (_ pairs: [(certificate: [UInt8]?, key: [UInt8]?)], _ authority: [UInt8]?)
            throws(TLSConfigurationError) ->
            Context
    ) throws -> Context {
        let contents = try pairs.map { (try Self.read($0.certificate), try Self.read($0.key)) }
        let authorities = try Self.read(authority)
        do {
            return try make(contents, authorities)
        } catch {
            guard let path = path(of: error) else { throw error }
            throw FileReader.Failure(path: path, reason: "\(error)")
        }
    }

    private func path(of error: TLSConfigurationError) -> String? {
        switch error.role {
        case .certificate: pairs[error.certificate].certificate
        case .privateKey: pairs[error.certificate].key
        case .clientAuthority, .authority: authority
        case .expectedPeer, .serverName, .trustDomain, .protocols, .context: nil
        }
    }

    private static func read(_ path: String?) throws(FileReader.Failure) -> [UInt8]? {
        guard let path else { return nil }
        return try FileReader.read(path, maxBytes: ConfigurationLoader.maxSecretBytes)
    }
}
