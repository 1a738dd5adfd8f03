/// Seeded pseudo-random numbers for balancing, jitter, sampling and identifiers that need no secrecy.
///
/// xoshiro256++ (Blackman and Vigna, 2019), seeded through splitmix64. Never for keys or tokens: those come from
/// `Cryptography`.
public struct RandomSource: Sendable {
    fileprivate var s0: UInt64
    fileprivate var s1: UInt64
    fileprivate var s2: UInt64
    fileprivate var s3: UInt64

    public init(seed: UInt64) {
        var state = seed
        func splitmix() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
        s0 = splitmix()
        s1 = splitmix()
        s2 = splitmix()
        s3 = splitmix()
    }

    public mutating func next() -> UInt64 {
        let sum = s0 &+ s3
        let result = ((sum << 23) | (sum >> 41)) &+ s0
        let shifted = s1 << 17
        s2 ^= s0
        s3 ^= s1
        s1 ^= s2
        s0 ^= s3
        s2 ^= shifted
        s3 = (s3 << 45) | (s3 >> 19)
        return result
    }

    /// Uniform in `0..<bound` up to a bias below 2⁻³². 0 when `bound` is 0.
    public mutating func next(below bound: UInt32) -> UInt32 {
        UInt32(truncatingIfNeeded: ((next() >> 32) &* UInt64(bound)) >> 32)
    }

    /// Uniform in `[0, 1)`.
    public mutating func nextUnit() -> Double { Double(next() >> 11) * 0x1p-53 }
}
