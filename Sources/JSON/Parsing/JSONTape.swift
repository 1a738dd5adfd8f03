import Glibc
public import Substrate

/// A parsed document as a flat row of entries in document order, over the bytes it was parsed from.
///
/// The tape owns its memory and keeps it from parse to parse: it allocates only when a document has more entries than
/// any before. Values are views on it: they die with the next `parse`, with `releaseStorage()` and with the input.
@safe public struct JSONTape: ~Copyable {
    var nodes: UnsafeMutablePointer<JSONNode>?
    private var capacity = 0
    /// Entries: values and member names. 0 unless the last `parse` succeeded.
    public internal(set) var count = 0
    /// Offset of the first member name that its object already had, when such documents are let through.
    public internal(set) var duplicateKeyOffset: Int?
    var names: JSONKeySet
    private var inputCount = 0

    /// - Parameter seed: keeps peers from choosing names that collide. Random for tapes that parse what peers send;
    ///   the default is for configuration and tests.
    public init(seed: UInt64 = 0x6A09_E667_F3BC_C908) {
        unsafe nodes = nil
        names = JSONKeySet(seed: seed)
    }

    deinit { unsafe free(nodes) }

    /// Parses exactly one document, white space allowed around it.
    ///
    /// - Throws: the first violation of RFC 8259 or of `limits`; the tape is then empty.
    public mutating func parse(_ input: Bytes, limits: JSONLimits = JSONLimits()) throws(JSONError) {
        count = 0
        duplicateKeyOffset = nil
        let maxBytes = Swift.min(limits.maxBytes, Int(UInt32.max))
        guard input.count <= maxBytes else {
            throw JSONError(kind: .tooLarge(limit: maxBytes), offset: Swift.max(0, maxBytes))
        }
        guard !input.isEmpty else { throw JSONError(kind: .unexpectedEnd, offset: 0, expected: .value) }
        guard !input.hasPrefix("\u{FEFF}") else { throw JSONError(kind: .byteOrderMark, offset: 0) }
        names.startDocument()
        inputCount = input.count
        do throws(JSONError) {
            try run(input, limits)
        } catch {
            count = 0
            throw error
        }
    }

    /// The document's value.
    ///
    /// - Parameter input: the bytes that the last successful `parse` was given.
    /// - Precondition: the last `parse` succeeded.
    public func root(_ input: Bytes) -> JSONValue {
        precondition(count > 0 && input.count == inputCount, "the root of the document just parsed")
        return unsafe JSONValue(nodes: UnsafePointer(nodes.unsafelyUnwrapped), index: 0, input: input)
    }

    /// Memory held for entries, in bytes.
    public var heldBytes: Int { capacity * MemoryLayout<JSONNode>.stride + names.heldBytes }

    /// Empties the tape and gives its memory back.
    public mutating func releaseStorage() {
        unsafe free(nodes)
        unsafe nodes = nil
        capacity = 0
        count = 0
        names.releaseStorage()
    }

    /// Adds an entry. The caller has compared `count` with the limit.
    @inline(__always)
    mutating func append(_ node: JSONNode) {
        if count == capacity { grow() }
        unsafe nodes.unsafelyUnwrapped[count] = node
        count &+= 1
    }

    @inline(never)
    private mutating func grow() {
        let wanted = Swift.max(128, capacity * 2)
        guard let memory = unsafe realloc(nodes, wanted * MemoryLayout<JSONNode>.stride) else {
            fatalError("out of memory for a tape of \(wanted) entries")
        }
        unsafe nodes = memory.bindMemory(to: JSONNode.self, capacity: wanted)
        capacity = wanted
    }
}
