import HTTPTransport

/// What other threads tell a worker.
enum WorkerMessage: Sendable {
    case adopt(AcceptedConnection)
    case install(RuntimeSnapshot)
    /// No connection of a listener that is gone from the installed snapshots comes any more.
    case listenersReleased
    /// Fill in this worker's part and hand the report back.
    case report(ClusterReport)
    /// Every answer says that its connection closes.
    case announceClose
    /// Accept no more, finish what is under way.
    case drain
    /// Say that messages are still read.
    case prove(UInt64)
    /// These look on at requests from now on.
    case taps([TapSession])
    case stop
}

/// Where snapshots go that no request of a worker reads any more.
protocol SnapshotSink: AnyObject, Sendable {
    func dispose(_ snapshot: RuntimeSnapshot)
}
