/// Who may call a route; see `RouteSpec.Access`.
public enum RouteAccess: UInt8, BitwiseCopyable, Sendable { case `public`, webhook, named }
