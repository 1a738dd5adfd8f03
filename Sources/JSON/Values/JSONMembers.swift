/// Walks the members of an object without allocating.
public struct JSONMembers: Sequence, IteratorProtocol {
    private let object: JSONValue
    private var index: UInt32
    private let end: UInt32

    init(_ value: JSONValue) {
        object = value
        index = value.index &+ 1
        end = value.kind == .object ? value.node.next : index
    }

    public mutating func next() -> (key: JSONValue, value: JSONValue)? {
        guard index < end else { return nil }
        let key = object.sibling(index)
        let value = object.sibling(index &+ 1)
        index = value.node.next
        return (key, value)
    }
}
