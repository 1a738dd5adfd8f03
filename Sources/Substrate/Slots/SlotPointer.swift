/// Points at a live slot of a `Slab`. As cheap as a pointer: no reference count, no exclusivity bookkeeping.
///
/// Valid until the slot is freed. Slots are freed only at the end of a loop turn, so a pointer taken in a turn holds
/// through it; what is kept longer is a `SlotID`, looked up again.
@safe public struct SlotPointer<Element: ~Copyable>: Equatable {
    private let pointer: UnsafeMutablePointer<Element>

    public init(unsafePointer pointer: UnsafeMutablePointer<Element>) { unsafe self.pointer = pointer }

    public static func == (left: Self, right: Self) -> Bool { unsafe left.pointer == right.pointer }

    public var unsafePointer: UnsafeMutablePointer<Element> { unsafe pointer }

    /// The element, in place.
    public subscript() -> Element {
        unsafeAddress { unsafe UnsafePointer(pointer) }
        nonmutating unsafeMutableAddress { unsafe pointer }
    }
}
