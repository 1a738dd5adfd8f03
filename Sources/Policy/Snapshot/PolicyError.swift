public import MeshModel

/// A configuration that the model accepts and that cannot be enforced. The snapshot is not made.
public struct PolicyError: Error, Equatable, CustomStringConvertible {
    public enum Problem: Sendable, Equatable {
        case tooManyListeners(limit: Int)
        case tooManySecrets(limit: Int)
        case emptySecret
        case secretUnavailable(String)
        case unknownTenant(String)
        case hostNotOwned(String)
        case tenantOwnsNoHost
        case hostInvalid(String)
        case hostOwnedTwice(String)
        case pathInvalid(String)
        case tooManySegments(String, limit: Int)
        case tooManyParameters(String, limit: Int)
        case tooManyConditions(limit: Int)
        case channelParameterMissing(String)
        case externalIDTaken(String)
        case headerOperationRefused(String)
    }

    /// The resource at fault.
    public let resource: ResourceName
    public let problem: Problem

    public init(_ resource: ResourceName, _ problem: Problem) {
        self.resource = resource
        self.problem = problem
    }

    public var description: String { "\(resource): \(Self.explain(problem))" }

    private static func explain(_ problem: Problem) -> String {
        switch problem {
        case .tooManyListeners(let limit): "one process serves at most \(limit) listeners"
        case .tooManySecrets(let limit): "at most \(limit) secrets may be valid at once"
        case .emptySecret: "a secret must not be empty"
        case .secretUnavailable(let why): "a secret cannot be read: \(why)"
        case .unknownTenant(let name): "there is no tenant '\(name)'"
        case .hostNotOwned(let host): "the host '\(host)' is not the tenant's: list it in the tenant's hosts"
        case .tenantOwnsNoHost: "a tenant's route without hosts serves the tenant's hosts, and it owns none"
        case .hostInvalid(let host): "'\(host)' is neither a host nor '*.' and a host"
        case .hostOwnedTwice(let host): "the host '\(host)' belongs to two tenants"
        case .pathInvalid(let path): "the path '\(path)' is malformed"
        case .tooManySegments(let path, let limit): "the path '\(path)' has over \(limit) segments"
        case .tooManyParameters(let path, let limit): "the path '\(path)' has over \(limit) parameters"
        case .tooManyConditions(let limit): "a match has at most \(limit) header and query conditions"
        case .channelParameterMissing(let path):
            "the webhook reads its channel from the path, and '\(path)' has no parameter {channel}"
        case .externalIDTaken(let id): "the account '\(id)' belongs to another channel already"
        case .headerOperationRefused(let name): "the field '\(name)' may not be changed here"
        }
    }
}
