/// One entry of the tape: a value, or a member's name before its value. Containers stand before their contents.
struct JSONNode: BitwiseCopyable {
    /// Where the value's bytes start: behind the quote of a string, at the bracket of a container.
    var offset: UInt32
    /// The value's bytes: without the quotes of a string, with the brackets of a container.
    var length: UInt32
    /// Members or elements. While the container is open: those so far, once a deeper one has been opened.
    var children: UInt32
    private var nextAndTag: UInt32

    /// Most entries: an index has 28 bits.
    static var maxCount: Int { (1 << 28) - 1 }

    static var escapes: UInt32 { 8 }

    init(kind: JSONKind, offset: Int, length: Int, next: UInt32, escaped: Bool = false) {
        self.offset = UInt32(truncatingIfNeeded: offset)
        self.length = UInt32(truncatingIfNeeded: length)
        children = 0
        nextAndTag = next << 4 | UInt32(kind.rawValue) | (escaped ? Self.escapes : 0)
    }

    var kind: JSONKind {
        unsafe JSONKind(rawValue: UInt8(truncatingIfNeeded: nextAndTag & 7)).unsafelyUnwrapped
    }

    var hasEscapes: Bool { nextAndTag & Self.escapes != 0 }

    /// Index behind this value and all that is in it. While the container is open: the one around it.
    var next: UInt32 {
        get { nextAndTag >> 4 }
        set { nextAndTag = newValue << 4 | nextAndTag & 15 }
    }

    var range: (offset: Int, length: Int) { (Int(offset), Int(length)) }
}
