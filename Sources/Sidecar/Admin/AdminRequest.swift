import Substrate

/// What the admin listener understands.
enum AdminRequest: Equatable {
    case health
    case readiness
    case metrics
    case configuration
    case clusters
    case drain
    case notFound
    case methodRefused

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
            // Which methods it takes is its own affair.
            self = .drain
            return
        } else {
            known = .notFound
        }
        let reads = head.facts.method == .get || head.facts.method == .head
        self = known == .notFound || reads ? known : .methodRefused
    }
}
