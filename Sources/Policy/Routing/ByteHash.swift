import Substrate

/// A keyed hash of short byte strings: multiply and fold, eight bytes a step. Fast rather than secret; what it guards
/// are tables that hold configuration only, so a peer can neither see nor grow a chain of collisions.
enum ByteHash {
    static func hash(_ bytes: Bytes, scope: Int32, seed: UInt64) -> UInt64 {
        var state = fold(seed ^ UInt64(UInt32(bitPattern: scope)), 0x9E37_79B9_7F4A_7C15)
        let count = bytes.count
        guard let base = unsafe bytes.unsafeBase else { return fold(state, 0xD6E8_FEB8_6659_FD93) }
        // The window outlives the call, and every load ends at or before its last byte.
        let start = unsafe UnsafeRawPointer(base)
        var index = 0
        while index &+ 8 <= count {
            let word = unsafe start.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            state = fold(state ^ word, 0xA076_1D64_78BD_642F)
            index &+= 8
        }
        var tail = UInt64(truncatingIfNeeded: count)
        while index < count {
            tail = tail << 8 | UInt64(unsafe start.load(fromByteOffset: index, as: UInt8.self))
            index &+= 1
        }
        return fold(state ^ tail, 0xE703_7ED1_A0B4_28DB)
    }

    private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }
}
