import MeshModel
import Reactor

/// Listening sockets by name and address, over all configurations. The configuration thread's own.
///
/// A listener keeps its number and its socket as long as name and address stay; every worker learns listeners in the
/// order of their numbers.
struct ListenerBook {
    struct Entry {
        let name: String
        let address: MeshAddress
        let descriptor: FileDescriptor
        var isOpen: Bool
    }

    private(set) var entries: [Entry] = []
    private var closing: [FileDescriptor] = []

    /// Number of the open listener with this name and address.
    func number(name: String, address: MeshAddress) -> Int? {
        entries.firstIndex { $0.isOpen && $0.name == name && $0.address == address }
    }

    mutating func add(name: String, address: MeshAddress, descriptor: FileDescriptor) -> Int {
        entries.append(Entry(name: name, address: address, descriptor: descriptor, isOpen: true))
        return entries.count - 1
    }

    mutating func close(_ number: Int) {
        entries[number].isOpen = false
        closing.append(entries[number].descriptor)
    }

    /// Sockets of listeners that were closed, for whoever closes them once no worker listens on them.
    mutating func takeClosing() -> [FileDescriptor] {
        let all = closing
        closing = []
        return all
    }
}
