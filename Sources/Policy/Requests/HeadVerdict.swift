public import Substrate

/// What is decided about a request once its head is known.
public enum HeadVerdict: Equatable, BitwiseCopyable, Sendable {
    case proceed
    case respond(ReasonCode)
    /// The whole body is needed before anything is forwarded: call `beginVerification`, feed the verification as bytes
    /// arrive, refuse with `body.too_large` past `maxBytes`, then ask `decideBody`.
    case collectBody(maxBytes: Int)
    /// Answer 200 `text/plain` with what `handshakeChallenge` appends.
    case answerHandshake
}
