import MeshModel
import Reactor

/// Listening sockets by address, over all configurations. The configuration thread's own.
///
/// A listener keeps its number and its socket as long as its address stays, whatever it is called; every worker learns
/// listeners in the order of their numbers.
struct ListenerBook {
    struct Entry {
        var name: String
        var role: ListenerSpec.Role
        let address: MeshAddress
        let descriptor: FileDescriptor
        /// It was given to this process, and lives on behind it.
        let isInherited: Bool
        var isOpen: Bool
    }

    private(set) var entries: [Entry] = []
    private var closing: [Int] = []
    /// Of `closing`, the first so many are sealed.
    private var sealed = 0

    /// Number of the open listener that serves as this one.
    ///
    /// Port 0 is a different port each time, so there the name decides.
    func number(name: String, address: MeshAddress) -> Int? {
        entries.firstIndex {
            $0.isOpen && $0.address == address && ($0.name == name || !Self.isEphemeral(address))
        }
    }

    private static func isEphemeral(_ address: MeshAddress) -> Bool {
        switch address {
        case .ipv4(_, let port), .ipv6(_, let port): port == 0
        case .unix: false
        }
    }

    mutating func add(
        name: String, role: ListenerSpec.Role, address: MeshAddress, descriptor: FileDescriptor,
        isInherited: Bool = false
    ) -> Int {
        entries.append(
            Entry(
                name: name, role: role, address: address, descriptor: descriptor, isInherited: isInherited,
                isOpen: true))
        return entries.count - 1
    }

    mutating func rename(_ number: Int, to name: String, role: ListenerSpec.Role) {
        entries[number].name = name
        entries[number].role = role
    }

    mutating func close(_ number: Int) {
        entries[number].isOpen = false
        closing.append(number)
    }

    mutating func closeAll() {
        for number in entries.indices where entries[number].isOpen { close(number) }
    }

    /// Closed listeners whose sockets are still open: connections may wait for them.
    var leaving: [(number: Int, descriptor: FileDescriptor, isInherited: Bool)] {
        closing.map { ($0, entries[$0].descriptor, entries[$0].isInherited) }
    }

    /// Lets nobody new come to closed listeners; whoever waits already can still be accepted.
    mutating func sealClosed(_ calls: SystemCalls) {
        for number in closing[sealed...] where !entries[number].isInherited {
            Self.seal(entries[number].descriptor, at: entries[number].address, calls)
        }
        sealed = closing.count
    }

    /// Closes the sockets of closed listeners: once no worker listens on them.
    mutating func releaseClosed(_ calls: SystemCalls) {
        sealClosed(calls)
        for number in closing { _ = calls.close(entries[number].descriptor) }
        closing = []
        sealed = 0
    }

    static func release(
        _ descriptor: FileDescriptor, at address: MeshAddress, isInherited: Bool = false, _ calls: SystemCalls
    ) {
        // What is done to an inherited socket is done to its owner's.
        if !isInherited { seal(descriptor, at: address, calls) }
        _ = calls.close(descriptor)
    }

    /// A Unix socket's file goes while its socket is open, so that nobody else can have taken its place.
    private static func seal(_ descriptor: FileDescriptor, at address: MeshAddress, _ calls: SystemCalls) {
        if case .unix(let path) = address {
            _ = calls.unlink(path: path)
        } else {
            // A kernel that cannot do it resets who comes between the last accept and the close.
            calls.setOption(descriptor, .refuseConnections, 1)
        }
    }
}
