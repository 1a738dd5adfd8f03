/// What libyaml found next, copied out of its memory.
struct YAMLEvent {
    /// What a node carries besides its content.
    struct Properties {
        var hasAnchor: Bool
        var hasTag: Bool
    }

    enum Kind {
        case streamStart
        case streamEnd
        case documentStart(version: (major: Int, minor: Int)?, hasTagDirectives: Bool)
        case documentEnd
        case alias
        /// `isPlain`: written without quotes, so the core schema decides what it is.
        case scalar(String, isPlain: Bool, Properties)
        case oversizeScalar
        case listStart(Properties)
        case listEnd
        case mappingStart(Properties)
        case mappingEnd
    }

    var kind: Kind
    var position: DocumentNode.Position
}
