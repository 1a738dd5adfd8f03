import Reactor

/// What a descriptor of the simulation stands for. Touched only under the network's lock.
class SimulatedFile {
    var watches: [SimulatedWatch] = []
    var fd: FileDescriptor = -1

    /// What epoll would report now. Looking may arm a later edge, as `tcp_poll` does.
    func readiness() -> Readiness { [] }
}

/// One descriptor in one epoll.
final class SimulatedWatch {
    unowned let epoll: SimulatedEpoll
    unowned let file: SimulatedFile
    var interest: Interest
    var token: UInt64
    /// In its epoll's list of candidates.
    var isCandidate = false

    init(epoll: SimulatedEpoll, file: SimulatedFile, interest: Interest, token: UInt64) {
        self.epoll = epoll
        self.file = file
        self.interest = interest
        self.token = token
    }

    var wanted: Readiness { Readiness(rawValue: interest.rawValue).union([.err, .hup]) }
}

final class SimulatedEpoll: SimulatedFile {
    var watched: [SimulatedWatch] = []
    /// Watches to look at in the next wait, in the order of their edges.
    var candidates: [SimulatedWatch] = []

    func addCandidate(_ watch: SimulatedWatch) {
        if watch.isCandidate { return }
        watch.isCandidate = true
        candidates.append(watch)
    }

    func forget(_ watch: SimulatedWatch) {
        watched.removeAll { $0 === watch }
        candidates.removeAll { $0 === watch }
        watch.file.watches.removeAll { $0 === watch }
    }
}

final class SimulatedEvent: SimulatedFile {
    var counter: UInt64 = 0

    override func readiness() -> Readiness { counter > 0 ? [.in, .out] : .out }
}

/// A socket that listens, or is only bound.
final class SimulatedListenerSocket: SimulatedFile {
    var address: SocketAddress
    var backlog = 0
    /// New connections get no answer.
    var refusesConnections = false
    /// Ends whose handshake is over and that nobody has accepted.
    var queue: [SimulatedStream] = []
    /// Played by the test, not by the code under test.
    let isScripted: Bool

    init(address: SocketAddress, isScripted: Bool) {
        self.address = address
        self.isScripted = isScripted
    }

    override func readiness() -> Readiness { queue.isEmpty ? [] : .in }
}
