import Substrate

/// The tenant part of `spiffe://<trust-domain>/tenant/<tenant>/service/<service>`. The ID's grammar and its chain were
/// checked when the certificate was.
enum SPIFFEPath {
    /// Where the tenant's name lies in the ID. Nil for IDs of the mesh and for every other shape.
    static func tenant(of id: Bytes) -> ByteRange? {
        let scheme = Bytes("spiffe://")
        guard id.hasPrefix(scheme), let path = id.firstIndex(of: ASCII.slash, from: scheme.count) else {
            return nil
        }
        let marker = Bytes("/tenant/")
        let start = path &+ marker.count
        guard id.dropFirst(path).hasPrefix(marker), let end = id.firstIndex(of: ASCII.slash, from: start),
            end > start
        else { return nil }
        let service = Bytes("/service/")
        let rest = id.dropFirst(end)
        guard rest.hasPrefix(service), rest.count > service.count,
            rest.firstIndex(of: ASCII.slash, from: service.count) == nil
        else { return nil }
        return ByteRange(offset: start, count: end &- start)
    }
}
