import Substrate

/// Records by exchange slot. Grows in pages and never moves one.
struct RecordTable<Record: BitwiseCopyable>: ~Copyable {
    private static var recordsPerPage: Int { 256 }
    private let empty: Record
    private var pages: [FlatTable<Record>] = []

    init(_ empty: Record) { self.empty = empty }

    deinit {
        for page in pages { page.deallocate() }
    }

    /// The record of a slot, as its last user left it.
    subscript(index: UInt32) -> SlotPointer<Record> {
        mutating get {
            let page = Int(index) / Self.recordsPerPage
            while pages.count <= page {
                pages.append(FlatTable(repeating: empty, count: Self.recordsPerPage))
            }
            return pages[page].pointer(to: Int(index) % Self.recordsPerPage)
        }
    }
}
