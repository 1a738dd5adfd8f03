/// Slots of one type at stable addresses, in pages that are given back when they fall empty.
///
/// `insert` and `free` are a list operation. A freed slot's generation moves on, so that a stale `SlotID` finds
/// nothing from that moment; its memory is destroyed by `reclaim()`, at the end of the loop turn, so that a
/// `SlotPointer` taken in the turn holds through it.
@safe public struct Slab<Element: ~Copyable>: ~Copyable {
    /// Slots a page. A page is freed whole, so fewer slots give memory back sooner.
    public static var slotsPerPage: Int { 64 }

    private struct Slot {
        var generation: UInt32
        var nextFree: UInt32
        var isLive: Bool
    }

    @safe private struct Page {
        var elements: UnsafeMutablePointer<Element>?
        var slots: UnsafeMutablePointer<Slot>?
        var liveOrDying = 0
        var firstFree = UInt32.max
        /// Generations go on from here when the page comes back, so that no `SlotID` is ever valid twice.
        var generationFloor: UInt32 = 1
        var isListed = false
    }

    private static var endOfList: UInt32 { .max }

    private var pages: [Page] = []
    /// Pages that have a free slot, each listed once.
    private var pagesWithRoom: [UInt32] = []
    private var vacantPages: [UInt32] = []
    private var dying: [UInt32] = []
    /// Live slots.
    public private(set) var count = 0

    public init() {}

    deinit {
        for page in pages {
            guard let elements = unsafe page.elements, let slots = unsafe page.slots else { continue }
            for index in 0..<Self.slotsPerPage where unsafe slots[index].isLive || isDying(page, index) {
                unsafe (elements + index).deinitialize(count: 1)
            }
            unsafe elements.deallocate()
            unsafe slots.deallocate()
        }
    }

    private func isDying(_ page: Page, _ index: Int) -> Bool {
        dying.contains { id in
            unsafe pages[Int(id) / Self.slotsPerPage].elements == page.elements
                && Int(id) % Self.slotsPerPage == index
        }
    }

    /// Pages whose memory is held, for tests and for the memory metric.
    public var heldPages: Int { pages.count - vacantPages.count }

    /// Puts `element` into a free slot.
    public mutating func insert(_ element: consuming Element) -> SlotID {
        if pagesWithRoom.isEmpty { addPage() }
        let number = Int(pagesWithRoom[pagesWithRoom.count - 1])
        let offset = Int(pages[number].firstFree)
        guard let elements = unsafe pages[number].elements, let slots = unsafe pages[number].slots else {
            preconditionFailure("a listed page has memory")
        }
        pages[number].firstFree = unsafe slots[offset].nextFree
        pages[number].liveOrDying += 1
        if pages[number].firstFree == Self.endOfList {
            pages[number].isListed = false
            pagesWithRoom.removeLast()
        }
        unsafe slots[offset].isLive = true
        unsafe (elements + offset).initialize(to: element)
        count += 1
        return unsafe SlotID(
            index: UInt32(number * Self.slotsPerPage + offset), generation: slots[offset].generation)
    }

    private mutating func addPage() {
        let number: Int
        if let vacant = vacantPages.popLast() {
            number = Int(vacant)
        } else {
            number = pages.count
            pages.append(Page())
        }
        let slots = UnsafeMutablePointer<Slot>.allocate(capacity: Self.slotsPerPage)
        for index in 0..<Self.slotsPerPage {
            let next = index + 1 < Self.slotsPerPage ? UInt32(index + 1) : Self.endOfList
            unsafe (slots + index).initialize(
                to: Slot(generation: pages[number].generationFloor, nextFree: next, isLive: false))
        }
        unsafe pages[number].elements = .allocate(capacity: Self.slotsPerPage)
        unsafe pages[number].slots = slots
        pages[number].firstFree = 0
        pages[number].isListed = true
        pagesWithRoom.append(UInt32(number))
    }

    /// The slot's element, or nil when `id` is stale or none.
    public subscript(id: SlotID) -> SlotPointer<Element>? {
        let number = Int(id.index) / Self.slotsPerPage
        guard number < pages.count, let slots = unsafe pages[number].slots,
            let elements = unsafe pages[number].elements
        else { return nil }
        let offset = Int(id.index) % Self.slotsPerPage
        guard unsafe slots[offset].isLive, unsafe slots[offset].generation == id.generation else {
            return nil
        }
        return unsafe SlotPointer(unsafePointer: elements + offset)
    }

    /// Ends the slot's life: `id` finds nothing any more. The element itself is destroyed by `reclaim()`.
    public mutating func free(_ id: SlotID) {
        guard self[id] != nil, let slots = unsafe pages[Int(id.index) / Self.slotsPerPage].slots else {
            return
        }
        let offset = Int(id.index) % Self.slotsPerPage
        unsafe slots[offset].isLive = false
        unsafe slots[offset].generation &+= 1
        dying.append(id.index)
        count -= 1
    }

    /// Destroys what was freed since the last call. Called at the end of a loop turn.
    public mutating func reclaim() {
        while let index = dying.popLast() {
            let number = Int(index) / Self.slotsPerPage
            let offset = Int(index) % Self.slotsPerPage
            guard let elements = unsafe pages[number].elements, let slots = unsafe pages[number].slots else {
                continue
            }
            unsafe (elements + offset).deinitialize(count: 1)
            unsafe slots[offset].nextFree = pages[number].firstFree
            pages[number].firstFree = UInt32(offset)
            pages[number].liveOrDying -= 1
            if !pages[number].isListed {
                pages[number].isListed = true
                pagesWithRoom.append(UInt32(number))
            }
        }
    }

    /// Gives back the memory of every empty page. Called now and then, never per request.
    public mutating func trim() {
        for number in pages.indices where pages[number].liveOrDying == 0 {
            guard let elements = unsafe pages[number].elements, let slots = unsafe pages[number].slots else {
                continue
            }
            var floor = pages[number].generationFloor
            for index in 0..<Self.slotsPerPage { floor = unsafe Swift.max(floor, slots[index].generation) }
            unsafe elements.deallocate()
            unsafe slots.deallocate()
            pages[number] = unsafe Page(elements: nil, slots: nil, generationFloor: floor &+ 1)
            vacantPages.append(UInt32(number))
        }
        pagesWithRoom.removeAll { unsafe pages[Int($0)].slots == nil }
    }

    /// Calls `body` with every live slot.
    public func forEach(_ body: (SlotID, SlotPointer<Element>) -> Void) {
        for number in pages.indices {
            guard let elements = unsafe pages[number].elements, let slots = unsafe pages[number].slots else {
                continue
            }
            for offset in 0..<Self.slotsPerPage where unsafe slots[offset].isLive {
                let id = unsafe SlotID(
                    index: UInt32(number * Self.slotsPerPage + offset), generation: slots[offset].generation)
                unsafe body(id, SlotPointer(unsafePointer: elements + offset))
            }
        }
    }
}
