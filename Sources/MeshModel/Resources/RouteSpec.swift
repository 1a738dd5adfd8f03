/// Which requests go where, and under which rules.
public struct RouteSpec: Sendable, Equatable {
    public enum Access: Sendable, Equatable {
        case `public`
        case webhook
        /// SPIFFE IDs or policies by name; policies arrive with a later version.
        case named([String])
    }

    public enum PathMatch: Sendable, Equatable {
        case exact(String)
        /// Whole segments: `/a` matches `/a` and `/a/b`, not `/ab`. `/` matches everything.
        case prefix(String)
        /// `/users/{id}/files/{name}`, `{rest**}` only at the end.
        case template(String)
    }

    public enum ValueMatch: Sendable, Equatable {
        case exact(String)
        case prefix(String)
        case present
    }

    public struct NamedMatch: Sendable, Equatable {
        public var name: String
        public var value: ValueMatch

        public init(name: String, value: ValueMatch) {
            self.name = name
            self.value = value
        }
    }

    /// All parts must hold. Within a part that is a list, for methods one must hold, for the others all.
    public struct Match: Sendable, Equatable {
        public var path: PathMatch?
        public var methods: [String] = []
        public var headers: [NamedMatch] = []
        public var query: [NamedMatch] = []

        public init() {}
    }

    public struct Backend: Sendable, Equatable {
        public var service: String
        /// Share of the traffic, relative to the other backends. Default 1.
        public var weight = 1

        public init(service: String) { self.service = service }
    }

    public struct HeaderOperations: Sendable, Equatable {
        /// Replaces every field of that name.
        public var set: [(name: String, value: String)] = []
        public var add: [(name: String, value: String)] = []
        public var remove: [String] = []

        public init() {}

        public static func == (left: Self, right: Self) -> Bool {
            left.remove == right.remove && left.set.elementsEqual(right.set, by: ==)
                && left.add.elementsEqual(right.add, by: ==)
        }
    }

    public struct Timeouts: Sendable, Equatable {
        /// From the request's head to the end of the answer's head, all tries. Default 15 s.
        public var request = TimeSpan.seconds(15)
        /// Longest pause between two pieces of a body, either way. Default 60 s.
        public var idle = TimeSpan.seconds(60)

        public init() {}
    }

    public struct Tracing: Sendable, Equatable {
        public enum Errors: String, Sendable, CaseIterable {
            /// Exported as often as anything else.
            case sampled
            /// A request that ends in an error is exported by this hop whatever was decided about its trace.
            case always
        }

        public var errors = Errors.sampled

        public init() {}
    }

    public var access: Access
    /// Edge listeners by name; empty means all of them.
    public var listeners: [String] = []
    /// Exact names or `*.name`; empty means every host. Lower case.
    public var hosts: [String] = []
    /// Any one must hold.
    public var matches: [Match] = []
    /// Higher goes first, whatever is more specific. Default 0.
    public var order = 0
    public var backends: [Backend] = []
    public var webhook: String?
    public var timeouts = Timeouts()
    public var tracing = Tracing()
    public var requestHeaders = HeaderOperations()
    public var responseHeaders = HeaderOperations()
    /// Largest request body in bytes. Default: none for proxied routes, 3 MiB for webhooks.
    public var maxBodyBytes: UInt64?

    public init(access: Access) { self.access = access }
}
