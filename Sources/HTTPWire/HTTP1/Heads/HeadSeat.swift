import Substrate

/// Moves a parsed head's bytes into its arena.
enum HeadSeat {
    /// Copies `bytes` to the front of the arena of `head`, with room for `extra` more. A head whose block is too small
    /// is replaced by a larger one.
    static func seat(_ bytes: Bytes, extra: Int, in head: inout MessageHead, pool: inout HeadPool) {
        if head.spareBytes < bytes.count &+ extra {
            // The spare room is counted with one more field line than there is.
            let larger = pool.acquire(arenaBytes: bytes.count &+ extra, fields: head.fieldCount &+ 1)
            for index in 0..<head.fieldCount {
                guard larger.append(head[field: index]) else { preconditionFailure("room for the fields") }
            }
            pool.release(head)
            head = larger
        }
        guard head.append(bytes) != nil else { preconditionFailure("room for the head") }
    }
}
