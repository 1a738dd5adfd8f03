/// The bytes of the body that belongs to `id`: nobody else's begins or goes on like it.
func pattern(_ id: Int, _ count: Int) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
        for index in 0..<count {
            unsafe buffer[index] = UInt8(truncatingIfNeeded: id &* 31 &+ index &* 7 &+ index >> 8)
        }
        used = count
    }
}
