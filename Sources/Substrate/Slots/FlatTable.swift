/// A fixed number of plain values at one address: what snapshots and per-worker state are made of.
///
/// Copying the value copies the address, not the elements; exactly one owner calls `deallocate()`. Elements hold no
/// references, so reading one never touches a reference count.
@safe public struct FlatTable<Element: BitwiseCopyable> {
    fileprivate let base: UnsafeMutablePointer<Element>?
    public let count: Int

    public init() { unsafe self.init(base: nil, count: 0) }

    private init(base: UnsafeMutablePointer<Element>?, count: Int) {
        unsafe self.base = base
        self.count = count
    }

    public init(repeating element: Element, count: Int) {
        precondition(count >= 0, "a table never has a negative length")
        guard count > 0 else {
            self.init()
            return
        }
        let fresh = UnsafeMutablePointer<Element>.allocate(capacity: count)
        unsafe fresh.initialize(repeating: element, count: count)
        unsafe self.init(base: fresh, count: count)
    }

    public init(_ elements: [Element]) {
        guard let first = elements.first else {
            self.init()
            return
        }
        self.init(repeating: first, count: elements.count)
        for index in elements.indices { self[index] = elements[index] }
    }

    public var isEmpty: Bool { count == 0 }

    public subscript(index: Int) -> Element {
        unsafeAddress {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "index inside the table")
            return unsafe UnsafePointer(base.unsafelyUnwrapped + index)
        }
        nonmutating unsafeMutableAddress {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "index inside the table")
            return unsafe base.unsafelyUnwrapped + index
        }
    }

    /// Frees the elements. The owner calls it once, when nobody reads any more.
    public func deallocate() { unsafe base?.deallocate() }
}

extension FlatTable<UInt8> {
    /// The bytes under `range`, valid as long as the table is.
    public func bytes(_ range: ByteRange) -> Bytes {
        guard let base = unsafe base else { return Bytes() }
        return unsafe Bytes(unsafeBase: base, count: count)[range]
    }
}

extension FlatTable {
    /// The element in place, for an owner that never moves it.
    public func pointer(to index: Int) -> SlotPointer<Element> {
        precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "index inside the table")
        return unsafe SlotPointer(unsafePointer: base.unsafelyUnwrapped + index)
    }
}
