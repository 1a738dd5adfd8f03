import Substrate

/// SipHash-2-4 with 64 bits of output: a keyed hash that stays unpredictable without its key.
struct SipHash {
    private var v0: UInt64
    private var v1: UInt64
    private var v2: UInt64
    private var v3: UInt64

    private init(keyLow: UInt64, keyHigh: UInt64) {
        v0 = keyLow ^ 0x736F_6D65_7073_6575
        v1 = keyHigh ^ 0x646F_7261_6E64_6F6D
        v2 = keyLow ^ 0x6C79_6765_6E65_7261
        v3 = keyHigh ^ 0x7465_6462_7974_6573
    }

    static func hash(_ bytes: Bytes, keyLow: UInt64, keyHigh: UInt64) -> UInt64 {
        var state = SipHash(keyLow: keyLow, keyHigh: keyHigh)
        var index = 0
        while bytes.count &- index >= 8 {
            state.absorb(littleEndian(bytes, from: index, count: 8))
            index &+= 8
        }
        let tail = littleEndian(bytes, from: index, count: bytes.count &- index)
        state.absorb(tail | UInt64(truncatingIfNeeded: bytes.count) << 56)
        return state.finish()
    }

    private static func littleEndian(_ bytes: Bytes, from start: Int, count: Int) -> UInt64 {
        var word: UInt64 = 0
        for index in 0..<count { word |= UInt64(bytes[start &+ index]) << UInt64(8 &* index) }
        return word
    }

    private mutating func absorb(_ word: UInt64) {
        v3 ^= word
        round()
        round()
        v0 ^= word
    }

    private mutating func finish() -> UInt64 {
        v2 ^= 0xFF
        for _ in 0..<4 { round() }
        return v0 ^ v1 ^ v2 ^ v3
    }

    private mutating func round() {
        v0 &+= v1
        v1 = v1 << 13 | v1 >> 51
        v1 ^= v0
        v0 = v0 << 32 | v0 >> 32
        v2 &+= v3
        v3 = v3 << 16 | v3 >> 48
        v3 ^= v2
        v0 &+= v3
        v3 = v3 << 21 | v3 >> 43
        v3 ^= v0
        v2 &+= v1
        v1 = v1 << 17 | v1 >> 47
        v1 ^= v2
        v2 = v2 << 32 | v2 >> 32
    }
}
