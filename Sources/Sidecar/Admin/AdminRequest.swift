import Substrate

/// What the admin listener understands.
enum AdminRequest: Equatable {
    case health
    case readiness
    case metrics
    case configuration
    case clusters
    case drain
    case logLevels
    case setLogLevel
    case tap
    case notFound
    case methodRefused(AdminMethods)
    /// A browser asks for a page that it shows: nobody operates a sidecar so.
    case originRefused

    /// - Parameter isFull: false on the status listener, which shows health and metrics only.
    init(_ head: MessageHead, isFull: Bool) {
        let path = head[head.facts.path]
        let known: AdminRequest
        if path.elementsEqual("/healthz") {
            known = .health
        } else if path.elementsEqual("/readyz") {
            known = .readiness
        } else if path.elementsEqual("/metrics") {
            known = .metrics
        } else if isFull, path.elementsEqual("/config") {
            known = .configuration
        } else if isFull, path.elementsEqual("/clusters") {
            known = .clusters
        } else if isFull, path.elementsEqual("/drain") {
            known = .drain
        } else if isFull, path.elementsEqual("/loglevel") {
            known = head.facts.method == .post ? .setLogLevel : .logLevels
        } else if isFull, path.elementsEqual("/tap") {
            known = .tap
        } else {
            known = .notFound
        }
        guard known != .notFound, let methods = known.methods else {
            self = known
            return
        }
        if !methods.contains(head.facts.method) {
            self = .methodRefused(methods)
        } else if head.facts.method == .post, head.value(named: Bytes("origin")) != nil {
            self = .originRefused
        } else {
            self = known
        }
    }

    /// What a path may be asked by; nil where there is none.
    private var methods: AdminMethods? {
        switch self {
        case .health, .readiness, .metrics, .configuration, .clusters: .reads
        case .logLevels, .setLogLevel: .readsAndPost
        case .drain, .tap: .post
        case .notFound, .methodRefused, .originRefused: nil
        }
    }
}
