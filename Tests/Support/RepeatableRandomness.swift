import COpenSSL
import Substrate

/// OpenSSL's random bytes from a seed, so that a whole run over TLS can be repeated: keys, nonces, the lengths of
/// signatures. For the whole process, for good, and on one thread.
@safe public enum RepeatableRandomness {
    // A simulation has one thread.
    private nonisolated(unsafe) static var source = RandomSource(seed: 0)

    /// From now on `seed` decides what OpenSSL draws.
    public static func begin(seed: UInt64) {
        unsafe source = RandomSource(seed: seed)
        unsafe _ = method
    }

    /// Installed once, by the one thread, and never written again. OpenSSL keeps the address, so it is never freed.
    private nonisolated(unsafe) static let method: UnsafePointer<RAND_METHOD> = {
        let fill: @convention(c) (UnsafeMutablePointer<UInt8>?, Int32) -> Int32 = { target, count in
            guard let target = unsafe target else { return 0 }
            for index in 0..<Int(count) {
                unsafe target[index] = UInt8(truncatingIfNeeded: RepeatableRandomness.source.next())
            }
            return 1
        }
        let place = UnsafeMutablePointer<RAND_METHOD>.allocate(capacity: 1)
        unsafe place.initialize(
            to: RAND_METHOD(
                seed: { _, _ in 1 }, bytes: fill, cleanup: {}, add: { _, _, _ in 1 }, pseudorand: fill,
                status: { 1 }))
        unsafe precondition(RAND_set_rand_method(place) == 1, "OpenSSL takes a source of random bytes")
        return unsafe UnsafePointer(place)
    }()
}
