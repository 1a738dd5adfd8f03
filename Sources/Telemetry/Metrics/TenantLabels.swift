/// What one worker knows of the census: two bits a tenant, so that tenants without a name of their own cost no lock.
///
/// One thread. Copying the value copies the address; the owner calls `deallocate()` once.
@safe struct TenantLabels {
    @safe private struct State: ~Copyable {
        let census: TenantCensus
        var epoch: UInt64
        /// By tenant number: whether the census was asked, and what it said.
        var asked: [UInt64] = []
        var named: [UInt64] = []
    }

    private let state: UnsafeMutablePointer<State>

    init(_ census: TenantCensus) {
        unsafe state = .allocate(capacity: 1)
        unsafe state.initialize(to: State(census: census, epoch: census.epoch))
    }

    func deallocate() {
        unsafe state.deinitialize(count: 1)
        unsafe state.deallocate()
    }

    /// The tenant itself while there is room or when it has a name, `.max` (`_other`) otherwise; 0 stays 0.
    func label(for tenant: UInt32) -> UInt32 {
        guard tenant != 0, tenant != .max else { return tenant }
        guard tenant <= MetricsLimits.maxTenantNumber else { return .max }
        let epoch = unsafe state.pointee.census.epoch
        if unsafe epoch != state.pointee.epoch { forget(epoch) }
        let word = Int(tenant / 64)
        let bit = UInt64(1) << UInt64(tenant % 64)
        if unsafe word < state.pointee.asked.count, unsafe state.pointee.asked[word] & bit != 0 {
            return unsafe state.pointee.named[word] & bit != 0 ? tenant : .max
        }
        return ask(tenant, word: word, bit: bit)
    }

    private func ask(_ tenant: UInt32, word: Int, bit: UInt64) -> UInt32 {
        while unsafe state.pointee.asked.count <= word {
            unsafe state.pointee.asked.append(0)
            unsafe state.pointee.named.append(0)
        }
        let isNamed = unsafe state.pointee.census.admits(tenant)
        unsafe state.pointee.asked[word] |= bit
        if isNamed { unsafe state.pointee.named[word] |= bit }
        return isNamed ? tenant : .max
    }

    private func forget(_ epoch: UInt64) {
        unsafe state.pointee.epoch = epoch
        for word in unsafe state.pointee.asked.indices {
            unsafe state.pointee.asked[word] = 0
            unsafe state.pointee.named[word] = 0
        }
    }
}
