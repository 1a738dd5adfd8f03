/// Where a secret's bytes come from. Reading it is the loader's business; the model only says where.
public enum SecretSource: Sendable, Equatable {
    case value(String)
    case file(path: String)
    case environment(name: String)
    /// A `Secret` resource, by name; pushed configuration only.
    case secret(name: String)
}
