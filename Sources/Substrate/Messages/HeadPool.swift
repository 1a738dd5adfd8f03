/// Blocks for message heads, one pool a worker: 4 KiB ones are kept, larger ones come and go.
@safe public struct HeadPool: ~Copyable {
    /// Size of a pooled block. A head of 12 fields takes about 1 KiB of it.
    public static var pooledBlockBytes: Int { 4096 }
    /// Most free blocks kept; the rest goes back to the system.
    public static var maxKept: Int { 1024 }

    private var free: MessageHead?
    private var kept = 0
    /// Blocks handed out and not yet released.
    public private(set) var outstanding = 0

    public init() {}

    deinit {
        var next = free
        while let head = next {
            next = head.nextFree
            head.deallocate()
        }
    }

    /// An empty head with room for `arenaBytes` and, beside them, at least `fields` field lines.
    public mutating func acquire(arenaBytes: Int = 0, fields: Int = 0) -> MessageHead {
        outstanding += 1
        let wanted = MessageHead.blockBytes(arenaBytes: arenaBytes, fields: fields)
        if wanted > Self.pooledBlockBytes { return MessageHead.allocate(bytes: wanted) }
        guard let head = free else { return MessageHead.allocate(bytes: Self.pooledBlockBytes) }
        free = head.nextFree
        kept -= 1
        head.removeAll()
        return head
    }

    public mutating func release(_ head: MessageHead) {
        outstanding -= 1
        guard head.blockBytes == Self.pooledBlockBytes, kept < Self.maxKept else {
            head.deallocate()
            return
        }
        head.nextFree = free
        free = head
        kept += 1
    }

    /// Gives back all but `keep` free blocks. Called after a burst.
    public mutating func trim(keep: Int) {
        while kept > keep, let head = free {
            free = head.nextFree
            head.deallocate()
            kept -= 1
        }
    }
}
