import Reactor
import Synchronization

/// Listening sockets that the process was started with: each is used for the listener of its address, once.
final class InheritedListeners: Sendable {
    struct Entry: Sendable {
        let descriptor: FileDescriptor
        let address: SocketAddress
        let name: String
    }

    private let entries: Mutex<[Entry]>

    init() { entries = Mutex([]) }

    init(_ listeners: [ServiceEnvironment.Listener], calls: SystemCalls) throws {
        entries = Mutex(
            try listeners.map { listener in
                Entry(
                    descriptor: listener.descriptor,
                    address: try Sockets.adoptListener(listener.descriptor, calls: calls), name: listener.name
                )
            })
    }

    /// The inherited socket of that address, or a fresh one.
    func takeOrListen(
        _ address: SocketAddress, calls: SystemCalls
    ) throws(ReactorError) -> (descriptor: FileDescriptor, isInherited: Bool) {
        let found = entries.withLock { entries in
            entries.firstIndex { $0.address == address }.map { entries.remove(at: $0) }
        }
        if let found { return (found.descriptor, true) }
        return (try Sockets.listen(address, calls: calls), false)
    }

    /// Closes what nothing has taken, and says what it was.
    func closeUnused(calls: SystemCalls) -> [Entry] {
        let unused = entries.withLock { entries in
            defer { entries = [] }
            return entries
        }
        for entry in unused { calls.close(entry.descriptor) }
        return unused
    }
}
