import COpenSSL

/// Random bytes for keys, tokens and identifiers that must not be guessed, from OpenSSL's generator of the thread.
public enum SecureRandom {
    /// A generator that fails ends the process: there is no safe way on without randomness.
    public static func fill(_ room: UnsafeMutableBufferPointer<UInt8>) {
        var filled = 0
        while filled < room.count {
            let length = min(room.count - filled, Int(Int32.max))
            guard unsafe RAND_bytes(room.baseAddress.unsafelyUnwrapped + filled, Int32(length)) == 1 else {
                fatalError("the random generator is seeded")
            }
            filled += length
        }
    }

    public static func uint64() -> UInt64 {
        var value: UInt64 = 0
        unsafe withUnsafeMutableBytes(of: &value) { room in
            unsafe fill(room.assumingMemoryBound(to: UInt8.self))
        }
        return value
    }
}
