import Substrate

/// One worker's access-log lines that are not handed over yet, by log.
///
/// Handing over costs a lock, an allocation, and a wake-up of the log thread, which then writes: done once for many lines
/// it is nothing beside a request, done every turn it would be the most expensive part of a line.
@safe struct LineBatches: ~Copyable {
    /// Lines are handed over at once when so many bytes wait; and a line waits no longer than this.
    static var maxBytes: Int { 32 * 1024 }
    static var maxNanoseconds: UInt64 { 100_000_000 }

    struct Batch: ~Copyable {
        var lines = ByteBuffer()
        var count = 0
    }

    private var batches: UnsafeMutablePointer<Batch>?
    private var capacity = 0
    private(set) var count = 0
    /// A time to hand over is set.
    var isTimed = false

    init() { unsafe batches = nil }

    deinit {
        unsafe batches?.deinitialize(count: count)
        unsafe batches?.deallocate()
    }

    /// The batch of a log. Places grow with the number of logs that a configuration has named at a time.
    subscript(log: Int) -> SlotPointer<Batch> {
        mutating get {
            while count <= log { addBatch() }
            return unsafe SlotPointer(unsafePointer: batches.unsafelyUnwrapped + log)
        }
    }

    private mutating func addBatch() {
        if count == capacity {
            let grown = UnsafeMutablePointer<Batch>.allocate(capacity: max(4, capacity * 2))
            if let batches = unsafe batches {
                unsafe grown.moveInitialize(from: batches, count: count)
                unsafe batches.deallocate()
            }
            unsafe batches = grown
            capacity = max(4, capacity * 2)
        }
        unsafe (batches.unsafelyUnwrapped + count).initialize(to: Batch())
        count += 1
    }
}
