import Substrate

/// What ALPN (RFC 7301) agreed on.
public enum ApplicationProtocol: Sendable, BitwiseCopyable {
    /// The client offered none, or we do.
    case none
    case http1
    case http2
    /// Configured, but neither of these.
    case other

    init(_ name: Bytes) {
        self =
            if name.isEmpty {
                .none
            } else if name.elementsEqual("http/1.1") {
                .http1
            } else if name.elementsEqual("h2") {
                .http2
            } else {
                .other
            }
    }
}
