/// What a place of a `SeriesTable` holds, and since when: one word, so that a reader sees both or neither.
struct PlaceState: BitwiseCopyable {
    enum Kind: UInt64 {
        /// Nothing, and the writer's.
        case free = 0
        /// A series that is counted in.
        case live = 1
        /// A series that is counted in no more, until the reader has taken what it had counted.
        case retired = 2
    }

    var kind: Kind
    /// When the series was made, since 1970; 0 if the table had not been told the time. Up to one search for idle series
    /// before its first count.
    var bornMilliseconds: UInt64

    init(kind: Kind, bornMilliseconds: UInt64) {
        self.kind = kind
        self.bornMilliseconds = bornMilliseconds
    }

    init(word: UInt64) {
        kind = Kind(rawValue: word & 3) ?? .free
        bornMilliseconds = word >> 2
    }

    var word: UInt64 { bornMilliseconds << 2 | kind.rawValue }
}

/// When a series was last seen to have counted something. The writer's alone, in one word.
struct PlaceUse: BitwiseCopyable {
    /// How many events there were then, in their lower 32 bits: no worker counts 2³² between two looks.
    var seen: UInt32
    /// Seconds of the monotonic clock, which wraps around after 136 years.
    var seconds: UInt32

    init(seen: UInt32, seconds: UInt32) {
        self.seen = seen
        self.seconds = seconds
    }

    init(word: UInt64) {
        seen = UInt32(truncatingIfNeeded: word >> 32)
        seconds = UInt32(truncatingIfNeeded: word)
    }

    var word: UInt64 { UInt64(seen) << 32 | UInt64(seconds) }
}
