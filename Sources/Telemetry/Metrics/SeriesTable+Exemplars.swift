import Substrate
import Synchronization

extension SeriesTable {
    /// Keeps `exemplar` as the newest of a bucket of the series, if there is such a series.
    ///
    /// - Returns: whether there is.
    func exemplify(_ bucket: Int, of key: SeriesKey, by exemplar: Exemplar) -> Bool {
        guard let series = unsafe find(key) else { return false }
        guard let block = unsafe exemplars(of: series) else {
            // The first sampled request of a series: without tracing none of this memory is ever asked for.
            let fresh = unsafe ExemplarBlock(count: state.pointee.exemplarCount)
            fresh.store(exemplar, at: bucket)
            unsafe exemplarAddress(of: series).pointee.store(fresh.address, ordering: .releasing)
            return true
        }
        block.store(exemplar, at: bucket)
        return true
    }

    /// The place's exemplars: its own for the life of the table, whatever series it holds.
    func exemplars(of series: UnsafeMutablePointer<Cell>) -> ExemplarBlock? {
        guard unsafe state.pointee.exemplarCount > 0 else { return nil }
        let address = unsafe exemplarAddress(of: series).pointee.load(ordering: .acquiring)
        return unsafe ExemplarBlock(unsafeAddress: address, count: state.pointee.exemplarCount)
    }
}
