import HTTPTransport
import Reactor
import Telemetry

/// One listener of a snapshot, ready to be served.
struct RuntimeListener {
    /// The same for the same name and address over all snapshots.
    let number: Int32
    let descriptor: FileDescriptor
    let options: ListenerOptions
    /// Index in the policy's listeners.
    let policyIndex: Int32
    /// Which requests get a line, and where.
    let accessLog: AccessLogRule
}
