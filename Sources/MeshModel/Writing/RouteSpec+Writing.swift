import JSON
import Substrate

extension RouteSpec {
    func write(to writer: inout JSONWriter) {
        switch access {
        case .public: writer.member("access", "public")
        case .webhook: writer.member("access", "webhook")
        case .named(let names): writer.member("access", names)
        }
        writer.member("listeners", listeners)
        writer.member("hosts", hosts)
        writer.list("matches", matches) { match, writer in writer.element { match.write(to: &$0) } }
        writer.member("order", order)
        writer.list("backends", backends) { backend, writer in
            writer.element {
                $0.member("service", backend.service)
                $0.member("weight", backend.weight)
            }
        }
        writer.member("webhook", webhook)
        writer.object("timeouts") {
            $0.member("request", timeouts.request.description)
            $0.member("idle", timeouts.idle.description)
        }
        writer.object("tracing") { $0.member("errors", tracing.errors.rawValue) }
        requestHeaders.write("requestHeaders", to: &writer)
        responseHeaders.write("responseHeaders", to: &writer)
        writer.member("maxBodyBytes", maxBodyBytes.map(ByteSize.text))
    }
}

extension RouteSpec.Match {
    func write(to writer: inout JSONWriter) {
        if let path {
            writer.object("path") {
                switch path {
                case .exact(let text): $0.member("exact", text)
                case .prefix(let text): $0.member("prefix", text)
                case .template(let text): $0.member("template", text)
                }
            }
        }
        writer.member("methods", methods)
        writer.list("headers", headers) { $0.write(to: &$1) }
        writer.list("query", query) { $0.write(to: &$1) }
    }
}

extension RouteSpec.NamedMatch {
    func write(to writer: inout JSONWriter) {
        writer.element {
            $0.member("name", name)
            switch value {
            case .exact(let text): $0.member("exact", text)
            case .prefix(let text): $0.member("prefix", text)
            case .present: $0.member("present", true)
            }
        }
    }
}

extension RouteSpec.HeaderOperations {
    func write(_ name: StaticString, to writer: inout JSONWriter) {
        guard !set.isEmpty || !add.isEmpty || !remove.isEmpty else { return }
        writer.object(name) {
            Self.write("set", set, &$0)
            Self.write("add", add, &$0)
            $0.member("remove", remove)
        }
    }

    private static func write(
        _ name: StaticString, _ pairs: [(name: String, value: String)], _ writer: inout JSONWriter
    ) {
        guard !pairs.isEmpty else { return }
        writer.object(name) {
            for (name, value) in pairs {
                $0.key(text: name)
                $0.string(text: value)
            }
        }
    }
}
