import Synchronization

/// Which tenants have a label value of their own: the first `limit` that any worker counted, for the whole process.
///
/// Asked only when a series is not found, never on the path of a series that exists.
@safe final class TenantCensus: @unchecked Sendable {
    // Unchecked: the only mutable state is atomic and lives as long as the object.
    private let slots: UnsafeMutablePointer<Atomic<UInt32>>
    private let slotMask: Int
    private let admitted = Atomic<Int>(0)
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
        var slotCount = 16
        while slotCount < limit * 2 { slotCount *= 2 }
        slotMask = slotCount - 1
        unsafe slots = .allocate(capacity: slotCount)
        for slot in 0..<slotCount { unsafe (slots + slot).initialize(to: Atomic(0)) }
    }

    deinit { unsafe slots.deallocate() }

    /// The tenant itself while there is room or when it is known, `.max` (`_other`) afterwards; 0 stays 0.
    func label(for tenant: UInt32) -> UInt32 {
        guard tenant != 0, tenant != .max else { return tenant }
        var slot = Int(truncatingIfNeeded: (UInt64(tenant) &* 0x9E37_79B9_7F4A_7C15) >> 32) & slotMask
        while true {
            let found = unsafe slots[slot].load(ordering: .relaxed)
            if found == tenant { return tenant }
            if found == 0 {
                guard admitted.wrappingAdd(1, ordering: .relaxed).oldValue < limit else {
                    admitted.wrappingSubtract(1, ordering: .relaxed)
                    return .max
                }
                let (exchanged, original) = unsafe slots[slot].compareExchange(
                    expected: 0, desired: tenant, ordering: .relaxed)
                if exchanged { return tenant }
                admitted.wrappingSubtract(1, ordering: .relaxed)
                if original == tenant { return tenant }
            }
            slot = (slot &+ 1) & slotMask
        }
    }
}
