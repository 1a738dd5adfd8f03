/// Walks the elements of an array without allocating.
public struct JSONElements: Sequence, IteratorProtocol {
    private let array: JSONValue
    private var index: UInt32
    private let end: UInt32

    init(_ value: JSONValue) {
        array = value
        index = value.index &+ 1
        end = value.kind == .array ? value.node.next : index
    }

    public mutating func next() -> JSONValue? {
        guard index < end else { return nil }
        let element = array.sibling(index)
        index = element.node.next
        return element
    }
}
