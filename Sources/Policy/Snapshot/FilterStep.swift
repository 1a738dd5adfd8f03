/// One decision of a route, in the order in which requests meet them: guard, authenticate, resolve the tenant,
/// authorise. A route is a range of steps; one `switch` runs them.
public struct FilterStep: BitwiseCopyable, Sendable {
    public enum Kind: UInt8, BitwiseCopyable, Sendable {
        /// Guard: refuses a `Content-Length` over the route's limit.
        case limitBody
        /// Authenticate: the webhook `index` checks the handshake or asks for the whole body.
        case verifyWebhook
        /// Resolve the tenant: claims and evidence must agree.
        case resolveTenant
        /// Authorise: the peer is one of the route's.
        case authorisePeer
        /// The route names something that the configuration does not hold.
        case refuseIncomplete
    }

    public var kind: Kind
    public var index: Int32
}
