public import JSON
public import Substrate

/// A configuration as the documents that say it: a JSON array, each element as in a file. Secrets' values are masked,
/// so what is read back from it differs in these alone.
public enum ConfigurationWriter {
    /// For `GET /config`. Allocates; never on the request path.
    public static func json(_ configuration: MeshConfiguration) -> ByteBuffer {
        var writer = JSONWriter()
        write(configuration, to: &writer)
        return writer.finish()
    }

    public static func write(_ configuration: MeshConfiguration, to writer: inout JSONWriter) {
        writer.beginArray()
        for resource in configuration.listeners { write(.listener, resource, &writer) { $0.write(to: &$1) } }
        for resource in configuration.tenants { write(.tenant, resource, &writer) { $0.write(to: &$1) } }
        for resource in configuration.channels { write(.channel, resource, &writer) { $0.write(to: &$1) } }
        for resource in configuration.services { write(.service, resource, &writer) { $0.write(to: &$1) } }
        for resource in configuration.routes { write(.route, resource, &writer) { $0.write(to: &$1) } }
        for resource in configuration.webhooks { write(.webhook, resource, &writer) { $0.write(to: &$1) } }
        writer.endArray()
    }

    private static func write<Spec>(
        _ kind: ResourceKind, _ resource: MeshConfiguration.Resource<Spec>, _ writer: inout JSONWriter,
        spec: (Spec, inout JSONWriter) -> Void
    ) {
        writer.beginObject()
        writer.member("apiVersion", DocumentDecoder.apiVersion)
        writer.member("kind", kind.rawValue)
        writer.member("tenant", resource.tenant)
        writer.member("name", resource.name)
        if !resource.labels.isEmpty {
            writer.key("labels")
            writer.beginObject()
            for (name, value) in resource.labels.sorted(by: { $0.key < $1.key }) {
                writer.key(text: name)
                writer.string(text: value)
            }
            writer.endObject()
        }
        writer.object("spec") { spec(resource.spec, &$0) }
        writer.endObject()
    }
}
