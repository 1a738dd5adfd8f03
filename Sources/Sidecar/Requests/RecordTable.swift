import Substrate

/// Request records by exchange slot. Grows in pages and never moves one.
struct RecordTable: ~Copyable {
    private static var recordsPerPage: Int { 256 }
    private var pages: [FlatTable<RequestRecord>] = []

    init() {}

    deinit {
        for page in pages { page.deallocate() }
    }

    /// The record of a slot, as its last user left it.
    subscript(index: UInt32) -> SlotPointer<RequestRecord> {
        mutating get {
            let page = Int(index) / Self.recordsPerPage
            while pages.count <= page {
                pages.append(FlatTable(repeating: RequestRecord(), count: Self.recordsPerPage))
            }
            return pages[page].pointer(to: Int(index) % Self.recordsPerPage)
        }
    }
}
