extension ResourceKind {
    /// Kinds of the design that this version does not read.
    static let later = [
        "Authenticator", "APIKey", "AccessPolicy", "Secret", "Certificate", "Schema", "Transform",
        "RateLimit",
        "Quota", "Queue", "Alert", "Retention", "Enrolment", "Sidecar",
    ]
}
