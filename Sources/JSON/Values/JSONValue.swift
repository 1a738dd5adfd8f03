public import Substrate

/// One value of a parsed document: a view of a few words, copied freely.
///
/// Valid while the tape it came from is not parsed into again and the document's bytes are alive. The accessors of one
/// kind answer nil, or are empty, for values of another.
@safe public struct JSONValue {
    let nodes: UnsafePointer<JSONNode>
    let index: UInt32
    let input: Bytes

    init(nodes: UnsafePointer<JSONNode>, index: UInt32, input: Bytes) {
        unsafe self.nodes = nodes
        self.index = index
        self.input = input
    }

    var node: JSONNode { unsafe nodes[Int(index)] }

    func sibling(_ index: UInt32) -> JSONValue { unsafe JSONValue(nodes: nodes, index: index, input: input) }

    public var kind: JSONKind { node.kind }

    public var isNull: Bool { node.kind == .null }

    public var boolean: Bool? {
        let node = node
        return node.kind == .bool ? node.length == 4 : nil
    }

    /// Where the value starts in the document: at its quote, digit, letter or bracket.
    public var offset: Int {
        let node = node
        return node.kind == .string ? Int(node.offset) - 1 : Int(node.offset)
    }

    /// The value as it stands in the document, quotes and brackets included.
    public var rawBytes: Bytes {
        let node = node
        return input[offset, count: Int(node.length) + (node.kind == .string ? 2 : 0)]
    }

    /// Members of an object, elements of an array; 0 for anything else.
    public var count: Int { Int(node.children) }

    /// The members of an object, in the document's order.
    public var members: JSONMembers { JSONMembers(self) }

    /// The elements of an array, in order.
    public var elements: JSONElements { JSONElements(self) }

    /// The first member of this name, however its name is escaped. A walk over the members.
    public subscript(key: Bytes) -> JSONValue? {
        var members = members
        while let member = members.next() {
            if member.key.stringEquals(key) { return member.value }
        }
        return nil
    }

    public subscript(key: StaticString) -> JSONValue? { self[Bytes(key)] }

    /// The element at `index`, or nil. A walk over the elements before it.
    public subscript(index: Int) -> JSONValue? {
        guard index >= 0, index < count else { return nil }
        var elements = elements
        for _ in 0..<index { _ = elements.next() }
        return elements.next()
    }
}
