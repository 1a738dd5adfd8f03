/// Events of one decode call, in order. One a worker: emptied and used again, so that a request allocates nothing.
@safe public struct EventBuffer: ~Copyable {
    /// Room at the start: a request with a body takes three events.
    public static var initialCapacity: Int { 64 }

    private var storage: UnsafeMutablePointer<MessageEvent>
    private var capacity: Int
    public private(set) var count = 0

    public init() {
        capacity = Self.initialCapacity
        unsafe storage = .allocate(capacity: Self.initialCapacity)
    }

    deinit {
        unsafe storage.deinitialize(count: count)
        unsafe storage.deallocate()
    }

    public var isEmpty: Bool { count == 0 }

    public mutating func append(_ event: MessageEvent) {
        if count == capacity { grow() }
        unsafe (storage + count).initialize(to: event)
        count &+= 1
    }

    private mutating func grow() {
        let larger = UnsafeMutablePointer<MessageEvent>.allocate(capacity: capacity * 2)
        unsafe larger.moveInitialize(from: storage, count: count)
        unsafe storage.deallocate()
        unsafe storage = larger
        capacity *= 2
    }

    public subscript(index: Int) -> MessageEvent {
        precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "index of an event")
        return unsafe storage[index]
    }

    /// Forgets the events, not the memory. Heads that they carried must have found their owners.
    public mutating func removeAll() {
        unsafe storage.deinitialize(count: count)
        count = 0
    }
}
