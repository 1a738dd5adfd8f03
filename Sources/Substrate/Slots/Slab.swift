import Glibc

/// Slots of one type at stable addresses, in pages that are given back when they fall empty.
///
/// `insert` and `free` are a list operation. A freed slot's generation moves on, so that a stale `SlotID` finds
/// nothing from that moment; its memory is destroyed by `reclaim()`, at the end of the loop turn, so that a
/// `SlotPointer` taken in the turn holds through it.
///
/// All lists run through the slots and the pages themselves: no operation but a new page allocates.
@safe public struct Slab<Element: ~Copyable>: ~Copyable {
    /// Slots a page. A page is freed whole, so fewer slots give memory back sooner.
    public static var slotsPerPage: Int { 64 }

    private struct Slot: BitwiseCopyable {
        /// Odd while the slot lives. Moves on at birth and at death.
        var generation: UInt32
        /// The next free slot of the page, or the next dying slot of the slab.
        var next: UInt32
    }

    @safe private struct Page: BitwiseCopyable {
        var elements: UnsafeMutablePointer<Element>?
        var slots: UnsafeMutablePointer<Slot>?
        /// Slots that live or are dying.
        var used: UInt32 = 0
        var firstFree = UInt32.max
        /// Even. Generations go on from here when the page comes back, so that no `SlotID` is ever valid twice.
        var generationFloor: UInt32 = 0
        /// The next page with room, or the next vacant one.
        var next = UInt32.max
        var isListed = false
    }

    private static var endOfList: UInt32 { .max }

    private var pages: UnsafeMutablePointer<Page>?
    private var pageCount = 0
    private var pageCapacity = 0
    private var vacantCount = 0
    private var firstWithRoom = UInt32.max
    private var firstVacant = UInt32.max
    private var firstDying = UInt32.max
    /// Live slots.
    public private(set) var count = 0

    public init() { unsafe pages = nil }

    deinit {
        // What is dying has an even generation, so the two walks meet no element twice.
        var dying = firstDying
        while dying != Self.endOfList {
            let (page, offset) = Self.place(dying)
            unsafe pages.unsafelyUnwrapped[page].elements.unsafelyUnwrapped.advanced(by: offset)
                .deinitialize(count: 1)
            dying = unsafe pages.unsafelyUnwrapped[page].slots.unsafelyUnwrapped[offset].next
        }
        for number in 0..<pageCount {
            let page = unsafe pages.unsafelyUnwrapped[number]
            guard let elements = unsafe page.elements, let slots = unsafe page.slots else { continue }
            for offset in 0..<Self.slotsPerPage where unsafe slots[offset].generation & 1 == 1 {
                unsafe (elements + offset).deinitialize(count: 1)
            }
            unsafe elements.deallocate()
            unsafe slots.deallocate()
        }
        unsafe Glibc.free(pages)
    }

    private static func place(_ index: UInt32) -> (page: Int, offset: Int) {
        (Int(index) / slotsPerPage, Int(index) % slotsPerPage)
    }

    /// Pages whose memory is held, for tests and for the memory metric.
    public var heldPages: Int { pageCount - vacantCount }

    /// Puts `element` into a free slot.
    public mutating func insert(_ element: consuming Element) -> SlotID {
        if firstWithRoom == Self.endOfList { addPage() }
        let number = firstWithRoom
        let page = unsafe pages.unsafelyUnwrapped + Int(number)
        guard let elements = unsafe page.pointee.elements, let slots = unsafe page.pointee.slots else {
            preconditionFailure("a listed page has memory")
        }
        let offset = unsafe page.pointee.firstFree
        let slot = unsafe slots + Int(offset)
        unsafe page.pointee.firstFree = slot.pointee.next
        unsafe page.pointee.used &+= 1
        if unsafe page.pointee.firstFree == Self.endOfList {
            unsafe page.pointee.isListed = false
            firstWithRoom = unsafe page.pointee.next
        }
        unsafe slot.pointee.generation &+= 1
        unsafe (elements + Int(offset)).initialize(to: element)
        count &+= 1
        return unsafe SlotID(
            index: number &* UInt32(Self.slotsPerPage) &+ offset, generation: slot.pointee.generation)
    }

    private mutating func addPage() {
        let number: UInt32
        if firstVacant != Self.endOfList {
            number = firstVacant
            firstVacant = unsafe pages.unsafelyUnwrapped[Int(number)].next
            vacantCount -= 1
        } else {
            if pageCount == pageCapacity { growTable() }
            number = UInt32(pageCount)
            unsafe (pages.unsafelyUnwrapped + pageCount).initialize(to: Page())
            pageCount += 1
        }
        let page = unsafe pages.unsafelyUnwrapped + Int(number)
        let slots = UnsafeMutablePointer<Slot>.allocate(capacity: Self.slotsPerPage)
        let floor = unsafe page.pointee.generationFloor
        for offset in 0..<Self.slotsPerPage {
            let next = offset + 1 < Self.slotsPerPage ? UInt32(offset + 1) : Self.endOfList
            unsafe (slots + offset).initialize(to: Slot(generation: floor, next: next))
        }
        unsafe page.pointee.elements = .allocate(capacity: Self.slotsPerPage)
        unsafe page.pointee.slots = slots
        unsafe page.pointee.firstFree = 0
        list(number)
    }

    private mutating func growTable() {
        let wanted = Swift.max(8, pageCapacity * 2)
        guard let memory = unsafe realloc(pages, wanted * MemoryLayout<Page>.stride) else {
            fatalError("out of memory for a table of \(wanted) pages")
        }
        unsafe pages = memory.bindMemory(to: Page.self, capacity: wanted)
        pageCapacity = wanted
    }

    private mutating func list(_ number: UInt32) {
        let page = unsafe pages.unsafelyUnwrapped + Int(number)
        unsafe page.pointee.isListed = true
        unsafe page.pointee.next = firstWithRoom
        firstWithRoom = number
    }

    /// The slot's element, or nil when `id` is stale or none.
    public subscript(id: SlotID) -> SlotPointer<Element>? {
        let (number, offset) = Self.place(id.index)
        guard number < pageCount else { return nil }
        let page = unsafe pages.unsafelyUnwrapped + number
        guard let slots = unsafe page.pointee.slots, let elements = unsafe page.pointee.elements,
            unsafe slots[offset].generation == id.generation, id.generation & 1 == 1
        else { return nil }
        return unsafe SlotPointer(unsafePointer: elements + offset)
    }

    /// Ends the slot's life: `id` finds nothing any more. The element itself is destroyed by `reclaim()`.
    public mutating func free(_ id: SlotID) {
        guard self[id] != nil else { return }
        let (number, offset) = Self.place(id.index)
        let slot = unsafe pages.unsafelyUnwrapped[number].slots.unsafelyUnwrapped + offset
        unsafe slot.pointee.generation &+= 1
        unsafe slot.pointee.next = firstDying
        firstDying = id.index
        count &-= 1
    }

    /// Destroys what was freed since the last call. Called at the end of a loop turn.
    public mutating func reclaim() {
        while firstDying != Self.endOfList {
            let (number, offset) = Self.place(firstDying)
            let page = unsafe pages.unsafelyUnwrapped + number
            guard let elements = unsafe page.pointee.elements, let slots = unsafe page.pointee.slots else {
                preconditionFailure("a page with a dying slot has memory")
            }
            firstDying = unsafe slots[offset].next
            unsafe (elements + offset).deinitialize(count: 1)
            unsafe slots[offset].next = page.pointee.firstFree
            unsafe page.pointee.firstFree = UInt32(offset)
            unsafe page.pointee.used &-= 1
            if unsafe !page.pointee.isListed { list(UInt32(number)) }
        }
    }

    /// Gives back the memory of every empty page. Called now and then, never per request.
    ///
    /// Afterwards the first pages are filled first, so that the last ones can fall empty.
    ///
    /// - Parameter keeping: pages left alone at most, so that the next insert of a quiet moment allocates nothing.
    public mutating func trim(keeping: Int = 0) {
        firstWithRoom = Self.endOfList
        for number in (0..<pageCount).reversed() {
            let page = unsafe pages.unsafelyUnwrapped + number
            guard let elements = unsafe page.pointee.elements, let slots = unsafe page.pointee.slots else {
                continue
            }
            if unsafe page.pointee.used > 0 || heldPages <= keeping {
                if unsafe page.pointee.firstFree != Self.endOfList { list(UInt32(number)) }
                continue
            }
            var floor: UInt32 = 0
            for offset in 0..<Self.slotsPerPage { floor = unsafe Swift.max(floor, slots[offset].generation) }
            unsafe elements.deallocate()
            unsafe slots.deallocate()
            unsafe page.pointee = Page(generationFloor: floor, next: firstVacant)
            firstVacant = UInt32(number)
            vacantCount += 1
        }
    }

    /// Calls `body` with every live slot.
    public func forEach(_ body: (SlotID, SlotPointer<Element>) -> Void) {
        for number in 0..<pageCount {
            let page = unsafe pages.unsafelyUnwrapped[number]
            guard let elements = unsafe page.elements, let slots = unsafe page.slots else { continue }
            for offset in 0..<Self.slotsPerPage where unsafe slots[offset].generation & 1 == 1 {
                let id = unsafe SlotID(
                    index: UInt32(number * Self.slotsPerPage + offset), generation: slots[offset].generation)
                unsafe body(id, SlotPointer(unsafePointer: elements + offset))
            }
        }
    }
}
