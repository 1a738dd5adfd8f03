import Synchronization

/// Spans on their way from one worker to `or-admin`: one writer, one reader, a fixed number of places, no waiting.
///
/// A full ring refuses; the writer counts what it could not leave. Copying the value copies the address; the owner calls
/// `deallocate()` once, when neither side runs any more.
@safe public struct SpanRing: @unchecked Sendable {
    // Unchecked: each cursor has one writing thread; a place is read only behind the cursor that publishes it (atomic
    // release and acquire).

    /// Places: 0.9 MB a worker. At 2 spans a request, a second of 4,000 requests that are all sampled.
    public static var capacity: Int { 8192 }
    /// Two threads never write to one cache line. Source: 64 bytes on x86-64 and most ARM cores, in words.
    private static var cursorStride: Int { 8 }

    private let places: UnsafeMutablePointer<SpanRecord>
    private let cursors: UnsafeMutablePointer<Atomic<UInt64>>

    public init() {
        unsafe places = .allocate(capacity: Self.capacity)
        unsafe places.initialize(repeating: SpanRecord(), count: Self.capacity)
        let bytes = Self.cursorStride * 2 * 8
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        unsafe cursors = memory.bindMemory(to: Atomic<UInt64>.self, capacity: Self.cursorStride * 2)
        for cell in 0..<Self.cursorStride * 2 { unsafe (cursors + cell).initialize(to: Atomic(0)) }
    }

    public func deallocate() {
        unsafe places.deallocate()
        unsafe UnsafeMutableRawPointer(cursors).deallocate()
    }

    private var written: UnsafeMutablePointer<Atomic<UInt64>> { unsafe cursors }
    private var read: UnsafeMutablePointer<Atomic<UInt64>> { unsafe cursors + Self.cursorStride }

    /// The writer's. False when every place is taken.
    public func push(_ record: SpanRecord) -> Bool {
        let next = unsafe written.pointee.load(ordering: .relaxed)
        let taken = unsafe read.pointee.load(ordering: .acquiring)
        guard next &- taken < UInt64(Self.capacity) else { return false }
        unsafe places[Int(next & UInt64(Self.capacity &- 1))] = record
        unsafe written.pointee.store(next &+ 1, ordering: .releasing)
        return true
    }

    /// Spans that wait. The reader's.
    public var count: Int {
        let end = unsafe written.pointee.load(ordering: .acquiring)
        let start = unsafe read.pointee.load(ordering: .relaxed)
        return Int(end &- start)
    }

    /// The reader's: takes the oldest, at most `limit`, in the order of their writing.
    public func take(_ limit: Int, into batch: inout [SpanRecord]) {
        let start = unsafe read.pointee.load(ordering: .relaxed)
        let taken = UInt64(min(max(0, limit), count))
        for offset in 0..<taken {
            batch.append(unsafe places[Int((start &+ offset) & UInt64(Self.capacity &- 1))])
        }
        unsafe read.pointee.store(start &+ taken, ordering: .releasing)
    }
}
