import Substrate

/// The documents of a YAML file, one by one, as trees.
///
/// What would let one text mean two things (anchors, aliases, tags, merge keys, duplicate keys) is reported and left
/// out, and reading goes on; broken syntax ends the file.
struct YAMLTree: ~Copyable {
    private struct Frame {
        var isMapping: Bool
        var position: DocumentNode.Position
        var fields: [DocumentNode.Field] = []
        /// Line of each name, to tell where a duplicate stood first.
        var names: [String: Int] = [:]
        var items: [DocumentNode] = []
        /// The name whose value comes next.
        var pending: (name: String, position: DocumentNode.Position, isKept: Bool)?
    }

    private var parser: YAMLParser
    private var frames: [Frame] = []
    private var root: DocumentNode?
    /// Fields of the root that tell which resource it is.
    private var identity: [DocumentNode.Field] = []
    private let sink: DocumentSink
    private var documentIndex = 0

    /// - Parameter bytes: must outlive the value.
    init(lending bytes: Bytes, sink: DocumentSink) {
        parser = YAMLParser(lending: bytes)
        self.sink = sink
    }

    /// The next document that is not empty; nil at the end of the file.
    mutating func next(index: Int) throws(SyntaxFault) -> DocumentNode? {
        documentIndex = index
        identity = []
        while true {
            let event = try parser.next()
            switch event.kind {
            case .streamStart: continue
            case .streamEnd: return nil
            case .documentStart(let version, let hasTagDirectives):
                try accept(version, hasTagDirectives, at: event.position)
            case .documentEnd:
                guard let finished = root else { continue }
                root = nil
                return finished
            case .alias:
                report("has an alias", "write the value out: one place, one meaning", at: event.position)
                try add(DocumentNode(content: .refused, position: event.position))
            case .oversizeScalar:
                throw SyntaxFault(
                    position: event.position,
                    message: "has a value longer than \(DocumentLimits.maxScalarBytes) bytes",
                    hint: "look for a quote that is not closed")
            case .scalar(let text, let isPlain, let properties):
                try addScalar(text, isPlain, properties, at: event.position)
            case .listStart(let properties): try open(isMapping: false, properties, at: event.position)
            case .mappingStart(let properties): try open(isMapping: true, properties, at: event.position)
            case .listEnd:
                let frame = frames.removeLast()
                try add(DocumentNode(content: .list(frame.items), position: frame.position))
            case .mappingEnd:
                let frame = frames.removeLast()
                try add(DocumentNode(content: .fields(frame.fields), position: frame.position))
            }
        }
    }

    private func accept(
        _ version: (major: Int, minor: Int)?, _ hasTagDirectives: Bool, at position: DocumentNode.Position
    ) throws(SyntaxFault) {
        if let version, version != (1, 2) {
            throw SyntaxFault(
                position: position, message: "asks for YAML \(version.major).\(version.minor)",
                hint: "leave the %YAML line out: files are YAML 1.2")
        }
        if hasTagDirectives {
            throw SyntaxFault(
                position: position, message: "has a %TAG line", hint: "tags are not used: leave it out")
        }
    }

    private mutating func open(
        isMapping: Bool, _ properties: YAMLEvent.Properties, at position: DocumentNode.Position
    ) throws(SyntaxFault) {
        try refuseAsKey(at: position)
        check(properties, at: position)
        guard frames.count < DocumentLimits.maxDepth else {
            throw SyntaxFault(
                position: position, message: "is nested deeper than \(DocumentLimits.maxDepth) levels")
        }
        frames.append(Frame(isMapping: isMapping, position: position))
    }

    private mutating func addScalar(
        _ text: String, _ isPlain: Bool, _ properties: YAMLEvent.Properties,
        at position: DocumentNode.Position
    ) throws(SyntaxFault) {
        check(properties, at: position)
        if let frame = frames.last, frame.isMapping, frame.pending == nil {
            return addName(text, isPlain, at: position)
        }
        let isEmpty = isPlain && text.isEmpty && !properties.hasAnchor && !properties.hasTag
        if frames.isEmpty, isEmpty { return }
        try add(DocumentNode(content: isPlain ? YAMLScalar.resolve(text) : .text(text), position: position))
    }

    private mutating func addName(_ name: String, _ isPlain: Bool, at position: DocumentNode.Position) {
        let last = frames.count - 1
        frames[last].pending = (name, position, isKept: true)
        if name == "<<", isPlain {
            frames[last].pending?.isKept = false
            report("has a merge key '<<'", "write the fields out", at: position)
        } else if let first = frames[last].names[name] {
            frames[last].pending?.isKept = false
            report("appears twice, first on line \(first)", "keep one of them", at: position)
        } else {
            frames[last].names[name] = position.line
        }
    }

    private mutating func add(_ node: DocumentNode) throws(SyntaxFault) {
        let last = frames.count - 1
        guard last >= 0 else {
            root = node
            return
        }
        guard frames[last].isMapping else {
            frames[last].items.append(node)
            return
        }
        guard let (name, position, isKept) = frames[last].pending else {
            return try refuseAsKey(at: node.position)
        }
        frames[last].pending = nil
        guard isKept else { return }
        let field = DocumentNode.Field(name: name, position: position, value: node)
        if last == 0, ResourceName.fieldNames.contains(name) { identity.append(field) }
        frames[last].fields.append(field)
    }

    private func refuseAsKey(at position: DocumentNode.Position) throws(SyntaxFault) {
        guard let frame = frames.last, frame.isMapping, frame.pending == nil else { return }
        throw SyntaxFault(
            position: position, message: "has a field name that is not plain text",
            hint: "field names are words; quote a value that starts with [ or {")
    }

    private func check(_ properties: YAMLEvent.Properties, at position: DocumentNode.Position) {
        if properties.hasAnchor {
            report("has an anchor", "write the value out where it is used", at: position)
        }
        if properties.hasTag {
            report("has a tag", "leave it out, or quote a text that starts with '!'", at: position)
        }
    }

    private func report(_ message: String, _ hint: String, at position: DocumentNode.Position) {
        sink.report(message, hint, at: position, documentIndex, path, identity)
    }

    private var path: [PathStep] {
        frames.compactMap { frame in
            frame.isMapping ? frame.pending.map { .field($0.name) } : .item(frame.items.count)
        }
    }
}
