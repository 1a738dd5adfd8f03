/// The labels of any series, packed. Made of our own numbers and never of a peer's bytes, so the hash needs no seed.
struct SeriesKey: BitwiseCopyable, Hashable, Comparable {
    var high: UInt64
    var low: UInt64

    /// Well mixed in its upper bits.
    var mixed: UInt64 {
        var mixed = high &* 0x9E37_79B9_7F4A_7C15
        mixed ^= mixed >> 32
        return (mixed &+ low) &* 0xC2B2_AE3D_27D4_EB4F
    }

    static func < (left: Self, right: Self) -> Bool {
        left.high != right.high ? left.high < right.high : left.low < right.low
    }
}
