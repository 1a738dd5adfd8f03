import CYAML
import Substrate

/// Owns one `yaml_parser_t`: created here, used here, deleted exactly once in `deinit`.
@safe struct YAMLParser: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let bytes: Bytes
    private var cursor = CharacterCursor()
    private let mayHaveTags: Bool

    /// - Parameter bytes: valid UTF-8 without a byte order mark; must outlive the parser, which reads from it.
    init(lending bytes: Bytes) {
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        // Fails only when memory is out, where Swift's own allocations end the process too.
        precondition(unsafe yaml_parser_initialize(parser) == 1, "libyaml has memory for a parser")
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        unsafe yaml_parser_set_input_string(parser, bytes.unsafeBase, bytes.count)
        unsafe self.parser = parser
        self.bytes = bytes
        mayHaveTags = bytes.firstIndex(of: UInt8(ascii: "!")) != nil
    }

    deinit {
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
    }

    mutating func next() throws(SyntaxFault) -> YAMLEvent {
        var event = unsafe yaml_event_t()
        guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw fault() }
        // What `event` points to is ours until this delete; everything kept is copied before.
        defer { unsafe yaml_event_delete(&event) }
        let mark = unsafe event.start_mark
        let position = DocumentNode.Position(line: mark.line + 1, column: mark.column + 1)
        return YAMLEvent(kind: unsafe kind(of: event), position: position)
    }

    private mutating func kind(of event: yaml_event_t) -> YAMLEvent.Kind {
        switch unsafe event.type {
        case YAML_DOCUMENT_START_EVENT:
            let start = unsafe event.data.document_start
            let version = unsafe start.version_directive.map { directive in
                unsafe (major: Int(directive.pointee.major), minor: Int(directive.pointee.minor))
            }
            let hasTags = unsafe start.tag_directives.start != start.tag_directives.end
            return .documentStart(version: version, hasTagDirectives: hasTags)
        case YAML_DOCUMENT_END_EVENT: return .documentEnd
        case YAML_ALIAS_EVENT: return .alias
        case YAML_SCALAR_EVENT: return unsafe scalar(event)
        case YAML_SEQUENCE_START_EVENT:
            let start = unsafe event.data.sequence_start
            return unsafe .listStart(.init(hasAnchor: start.anchor != nil, hasTag: start.tag != nil))
        case YAML_SEQUENCE_END_EVENT: return .listEnd
        case YAML_MAPPING_START_EVENT:
            let start = unsafe event.data.mapping_start
            return unsafe .mappingStart(.init(hasAnchor: start.anchor != nil, hasTag: start.tag != nil))
        case YAML_MAPPING_END_EVENT: return .mappingEnd
        case YAML_STREAM_START_EVENT: return .streamStart
        default: return .streamEnd
        }
    }

    private mutating func scalar(_ event: yaml_event_t) -> YAMLEvent.Kind {
        let scalar = unsafe event.data.scalar
        guard unsafe scalar.length <= DocumentLimits.maxScalarBytes else { return .oversizeScalar }
        let content = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
        let text = unsafe String(decoding: content, as: UTF8.self)
        var hasTag = unsafe scalar.tag != nil
        if mayHaveTags, !hasTag {
            // libyaml forgets the non-specific tag `!` of a scalar; the source still has it, maybe past an anchor.
            let start = unsafe event.start_mark.index
            let end = unsafe event.end_mark.index
            hasTag = cursor.startsWithTag(bytes, from: start, to: end)
        }
        return unsafe .scalar(
            text, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE,
            .init(hasAnchor: scalar.anchor != nil, hasTag: hasTag))
    }

    private func fault() -> SyntaxFault {
        let problem = unsafe parser.pointee.problem.map { unsafe String(cString: $0) } ?? "cannot be read"
        let mark = unsafe parser.pointee.problem_mark
        let position = DocumentNode.Position(line: mark.line + 1, column: mark.column + 1)
        let isTab =
            problem.hasPrefix("found character that cannot start any token") || problem.contains("tab")
        var message = "is not YAML: \(problem)"
        if let context = unsafe parser.pointee.context {
            message +=
                " (\(unsafe String(cString: context)), line \(unsafe parser.pointee.context_mark.line + 1))"
        }
        return SyntaxFault(
            position: position, message: message, hint: isTab ? "indent with spaces, never with tabs" : nil)
    }
}
