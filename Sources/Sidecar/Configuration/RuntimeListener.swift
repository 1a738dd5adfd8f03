import HTTPTransport
import Reactor

/// One listener of a snapshot, ready to be served.
struct RuntimeListener {
    /// The same for the same name and address over all snapshots.
    let number: Int32
    let descriptor: FileDescriptor
    let options: ListenerOptions
    /// Index in the policy's listeners.
    let policyIndex: Int32
    /// Where its access log goes, or -1.
    let accessLog: Int32
}
