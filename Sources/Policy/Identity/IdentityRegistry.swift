public import MeshModel
import Synchronization

/// Stable numbers for services, routes, tenants and endpoints over every configuration of a process's life.
///
/// What must survive a change of configuration (metric series, moving averages, pools) is keyed by these numbers,
/// never by a position in a table. A number is given at the first sight of a name and never to another one. The
/// configuration thread writes; any thread may read.
public final class IdentityRegistry: Sendable {
    private struct Name: Hashable {
        var tenant: String?
        var name: String

        var text: String { tenant.map { $0 + "/" + name } ?? name }
    }

    private struct EndpointName: Hashable {
        var service: UInt32
        var address: MeshAddress
        var isApplication: Bool
    }

    private struct ListenerName: Hashable {
        var name: String
        var service: String?
    }

    private struct Series<Key: Hashable> {
        var numbers: [Key: UInt32] = [:]
        var keys: [Key] = []

        mutating func number(of key: Key) -> UInt32 {
            if let known = numbers[key] { return known }
            let fresh = UInt32(keys.count)
            numbers[key] = fresh
            keys.append(key)
            return fresh
        }

        func key(of number: UInt32) -> Key? { Int(number) < keys.count ? keys[Int(number)] : nil }
    }

    private struct State {
        var services = Series<Name>()
        var routes = Series<Name>()
        var tenants = Series<String>()
        var endpoints = Series<EndpointName>()
        var listeners = Series<ListenerName>()
        var templates = Series<String>()
    }

    private let state = Mutex(State())
    /// Mixed into every table that peers' bytes are looked up in, so that no peer can aim at a chain of collisions.
    public let seed: UInt64

    /// - Parameter seed: from the system's random source, once a process.
    public init(seed: UInt64) { self.seed = seed }

    public func serviceID(tenant: String?, name: String) -> UInt32 {
        state.withLock { $0.services.number(of: Name(tenant: tenant, name: name)) }
    }

    public func routeID(tenant: String?, name: String) -> UInt32 {
        state.withLock { $0.routes.number(of: Name(tenant: tenant, name: name)) }
    }

    public func tenantID(name: String) -> UInt32 { state.withLock { $0.tenants.number(of: name) } }

    /// - Parameter service: the local service that the listener stands before.
    public func listenerID(name: String, service: String?) -> UInt32 {
        state.withLock { $0.listeners.number(of: ListenerName(name: name, service: service)) }
    }

    /// A route's path as configured.
    public func templateID(_ text: String) -> UInt32 { state.withLock { $0.templates.number(of: text) } }

    /// - Parameters:
    ///   - service: the service's number.
    ///   - isApplication: the local application behind an inbound listener: never one with an endpoint that other
    ///     parts reach at the same address, since TLS and pool differ.
    public func endpointID(
        service: UInt32, address: MeshAddress, isApplication: Bool = false
    ) -> UInt32 {
        state.withLock {
            $0.endpoints.number(
                of: EndpointName(service: service, address: address, isApplication: isApplication))
        }
    }

    /// `name`, or `tenant/name`. Empty for a number never given.
    public func name(ofService number: UInt32) -> String {
        state.withLock { $0.services.key(of: number)?.text ?? "" }
    }

    /// `name`, or `tenant/name`. Empty for a number never given.
    public func name(ofRoute number: UInt32) -> String {
        state.withLock { $0.routes.key(of: number)?.text ?? "" }
    }

    /// Empty for a number never given.
    public func name(ofTenant number: UInt32) -> String {
        state.withLock { $0.tenants.key(of: number) ?? "" }
    }

    /// The address. Empty for a number never given.
    public func name(ofEndpoint number: UInt32) -> String {
        state.withLock { $0.endpoints.key(of: number)?.address.description ?? "" }
    }

    /// Empty for a number never given.
    public func name(ofListener number: UInt32) -> String {
        state.withLock { $0.listeners.key(of: number)?.name ?? "" }
    }

    /// The local service that the listener stands before, else its own name. Empty for a number never given.
    public func service(ofListener number: UInt32) -> String {
        state.withLock { $0.listeners.key(of: number).map { $0.service ?? $0.name } ?? "" }
    }

    /// Empty for a number never given.
    public func name(ofTemplate number: UInt32) -> String {
        state.withLock { $0.templates.key(of: number) ?? "" }
    }

    /// The number of the service that the endpoint belongs to. Nil for a number never given.
    public func service(ofEndpoint number: UInt32) -> UInt32? {
        state.withLock { $0.endpoints.key(of: number)?.service }
    }

    /// Numbers given so far: they run from 0 to the count.
    public var serviceCount: Int { state.withLock { $0.services.keys.count } }
    public var routeCount: Int { state.withLock { $0.routes.keys.count } }
    public var tenantCount: Int { state.withLock { $0.tenants.keys.count } }
    public var endpointCount: Int { state.withLock { $0.endpoints.keys.count } }
}
