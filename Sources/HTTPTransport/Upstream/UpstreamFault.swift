public import Cryptography
public import Reactor

/// Why an endpoint could not be reached, for an operator's eyes: decisions are made on `AttemptFailure`.
public enum UpstreamFault {
    /// The connect failed.
    case socket(SystemError)
    /// Connecting, TLS included, took longer than configured.
    case timeout
    /// The TLS handshake failed; nil: the endpoint ended the connection in the middle of it.
    case tls(TLSFailure?)
}
