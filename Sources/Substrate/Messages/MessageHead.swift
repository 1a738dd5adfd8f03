/// One message head in one block of memory: facts, an arena with the head's bytes, and its field lines.
///
/// Copying the value copies the address. The block belongs to a `HeadPool`; whoever acquired the head releases it,
/// once, when nothing reads it any more. Ranges from one head mean nothing in another.
@safe public struct MessageHead: Equatable {
    @safe private struct Header {
        var blockBytes: UInt32
        var arenaCount: UInt32
        var fieldCount: UInt32
        var nextFree: UnsafeMutableRawPointer?
    }

    private let block: UnsafeMutableRawPointer

    /// Most field lines that a head holds; limits on peers are at most this.
    public static var maxFields: Int { 128 }
    /// Facts come first, so that they are found without arithmetic; the header behind them.
    private static var factsBytes: Int { (MemoryLayout<HeadFacts>.size + 15) & ~15 }
    private static var headerBytes: Int { factsBytes + MemoryLayout<Header>.stride }

    init(block: UnsafeMutableRawPointer) { unsafe self.block = block }

    public static func == (left: Self, right: Self) -> Bool { unsafe left.block == right.block }

    static func allocate(bytes: Int) -> MessageHead {
        let block = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 16)
        unsafe block.initializeMemory(as: HeadFacts.self, to: HeadFacts())
        unsafe (block + factsBytes).initializeMemory(
            as: Header.self,
            to: Header(blockBytes: UInt32(bytes), arenaCount: 0, fieldCount: 0, nextFree: nil))
        return unsafe MessageHead(block: block)
    }

    func deallocate() { unsafe block.deallocate() }

    private var header: UnsafeMutablePointer<Header> {
        unsafe (block + Self.factsBytes).assumingMemoryBound(to: Header.self)
    }

    var blockBytes: Int { Int(unsafe header.pointee.blockBytes) }

    var nextFree: MessageHead? {
        get { unsafe header.pointee.nextFree.map { unsafe MessageHead(block: $0) } }
        nonmutating set { unsafe header.pointee.nextFree = newValue?.block }
    }

    /// What the codec understood.
    public var facts: HeadFacts {
        unsafeAddress { unsafe UnsafePointer(block.assumingMemoryBound(to: HeadFacts.self)) }
        nonmutating unsafeMutableAddress { unsafe block.assumingMemoryBound(to: HeadFacts.self) }
    }

    /// Forgets everything, keeps the memory.
    public func removeAll() {
        facts = HeadFacts()
        unsafe header.pointee.arenaCount = 0
        unsafe header.pointee.fieldCount = 0
    }

    // MARK: Arena

    private var arena: UnsafeMutablePointer<UInt8> {
        unsafe (block + Self.headerBytes).assumingMemoryBound(to: UInt8.self)
    }

    /// Bytes that still fit the arena, one more field line taken into account.
    public var spareBytes: Int {
        let fields = Int(unsafe header.pointee.fieldCount) + 1
        let used =
            Self.headerBytes + Int(unsafe header.pointee.arenaCount) + fields
            * MemoryLayout<HeaderField>.stride
        return Swift.max(0, blockBytes - used)
    }

    /// All bytes in the arena; `facts` and fields index into them.
    public var bytes: Bytes { unsafe Bytes(unsafeBase: arena, count: Int(header.pointee.arenaCount)) }

    public subscript(range: ByteRange) -> Bytes { bytes[range] }

    /// Copies `bytes` behind what is there. Nil when it does not fit.
    public func append(_ bytes: Bytes) -> ByteRange? {
        guard bytes.count <= spareBytes else { return nil }
        let offset = Int(unsafe header.pointee.arenaCount)
        if let source = unsafe bytes.unsafeBase, bytes.count > 0 {
            unsafe (arena + offset).update(from: source, count: bytes.count)
        }
        unsafe header.pointee.arenaCount += UInt32(bytes.count)
        return ByteRange(offset: offset, count: bytes.count)
    }

    /// Overwrites one byte of the arena: lower-casing a host, normalising a path in place.
    public func setByte(_ byte: UInt8, at index: Int) {
        precondition(index >= 0 && index < Int(unsafe header.pointee.arenaCount), "index inside the arena")
        unsafe arena[index] = byte
    }

    // MARK: Field lines

    private var fieldsEnd: UnsafeMutablePointer<HeaderField> {
        // Field lines grow downwards from the block's end; field 0 is the last stride.
        let whole = blockBytes & ~(MemoryLayout<HeaderField>.alignment - 1)
        return unsafe (block + whole).assumingMemoryBound(to: HeaderField.self)
    }

    public var fieldCount: Int { Int(unsafe header.pointee.fieldCount) }

    public subscript(field index: Int) -> HeaderField {
        get {
            precondition(index >= 0 && index < fieldCount, "index of a field line")
            return unsafe (fieldsEnd - (index + 1)).pointee
        }
        nonmutating set {
            precondition(index >= 0 && index < fieldCount, "index of a field line")
            unsafe (fieldsEnd - (index + 1)).pointee = newValue
        }
    }

    /// Adds a field line whose name and value are in the arena. False when it does not fit.
    public func append(_ field: HeaderField) -> Bool {
        let count = fieldCount
        guard count < Self.maxFields else { return false }
        let used = Self.headerBytes + Int(unsafe header.pointee.arenaCount)
        let room = blockBytes & ~(MemoryLayout<HeaderField>.alignment - 1)
        guard used + (count + 1) * MemoryLayout<HeaderField>.stride <= room else { return false }
        unsafe (fieldsEnd - (count + 1)).initialize(to: field)
        unsafe header.pointee.fieldCount += 1
        return true
    }

    /// Value of the first field line that is `known`. Nil without one.
    public func value(of known: KnownHeader) -> Bytes? {
        for index in 0..<fieldCount where self[field: index].known == known {
            return self[self[field: index].value]
        }
        return nil
    }

    /// Value of the first field line with this name, in either case.
    public func value(named name: Bytes) -> Bytes? {
        for index in 0..<fieldCount where self[self[field: index].name].equalsIgnoringASCIICase(name) {
            return self[self[field: index].value]
        }
        return nil
    }

    /// Bytes of a block that holds `arenaBytes` of head and `fields` field lines.
    static func blockBytes(arenaBytes: Int, fields: Int) -> Int {
        (headerBytes + arenaBytes + (fields + 1) * MemoryLayout<HeaderField>.stride + 15) & ~15
    }
}
