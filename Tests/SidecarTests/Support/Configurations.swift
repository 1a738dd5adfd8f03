import MeshModel

/// A configuration as a file holds it.
func configuration(_ yaml: String) throws -> MeshConfiguration {
    try ConfigurationReader.read([SourceFile(path: "mesh.yaml", bytes: Array(yaml.utf8))])
}

enum Document {
    static func listener(
        _ name: String = "front", _ address: String = "127.0.0.1:18080", more: String = ""
    ) -> String {
        "---\nkind: Listener\nname: \(name)\nspec: { role: edge, address: \"\(address)\"\(more) }\n"
    }

    static func service(_ address: String = "127.0.0.1:19090", more: String = "") -> String {
        "---\nkind: Service\nname: backend\nspec: { protocol: http1, endpoints: [ { address: \"\(address)\" } ]\(more) }\n"
    }

    static func route(_ more: String = "") -> String {
        "---\nkind: Route\nname: everything\nspec: { access: public, matches: [ { path: { prefix: / } } ], "
            + "backends: [ { service: backend } ]\(more) }\n"
    }

    static var edge: String { listener() + service() + route() }
}
