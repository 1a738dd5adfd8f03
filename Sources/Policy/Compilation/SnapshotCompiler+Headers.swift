import MeshModel
import Substrate

extension SnapshotCompiler {
    mutating func compile(
        _ operations: RouteSpec.HeaderOperations, of resource: ResourceName
    ) throws(PolicyError) -> TableRange {
        let start = headerOperations.count
        for name in operations.remove { try append(.remove, name, "", of: resource) }
        for (name, value) in operations.set { try append(.set, name, value, of: resource) }
        for (name, value) in operations.add { try append(.add, name, value, of: resource) }
        return TableRange(start: start, count: headerOperations.count - start)
    }

    private mutating func append(
        _ kind: HeaderOperation.Kind, _ name: String, _ value: String, of resource: ResourceName
    ) throws(PolicyError) {
        let known = Array(name.utf8).withBytes { KnownHeader($0) }
        guard !name.isEmpty, name.utf8.allSatisfy(ASCII.isToken), value.utf8.allSatisfy(Self.isFieldText),
            Self.mayChange(known, tenantOwned: resource.tenant != nil)
        else { throw PolicyError(resource, .headerOperationRefused(name)) }
        headerOperations.append(
            HeaderOperation(
                kind: kind, known: known, name: text.intern(name.lowercased()), value: text.intern(value)))
    }

    /// `field-content` of RFC 9110 §5.5: a line break here would be a field line of the writer's choice.
    private static func isFieldText(_ byte: UInt8) -> Bool {
        byte >= ASCII.space && byte != ASCII.delete || byte == ASCII.tab
    }

    /// Framing belongs to the codec. Fields that the mesh itself vouches for are no tenant's to write.
    private static func mayChange(_ known: KnownHeader, tenantOwned: Bool) -> Bool {
        if known.isHopByHop || known == .contentLength { return false }
        guard tenantOwned else { return true }
        switch known {
        case .host, .forwarded, .xForwardedFor, .xForwardedHost, .xForwardedProto, .xForwardedClientCert,
            .xRealIP, .via, .traceparent, .tracestate, .xRequestID:
            return false
        default: return !known.isOutrigger
        }
    }
}
