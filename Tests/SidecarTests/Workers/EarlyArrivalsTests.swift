import HTTPTransport
import Reactor
import Testing

@testable import Sidecar

@Suite("early arrivals")
struct EarlyArrivalsTests {
    private func connection(_ descriptor: FileDescriptor, listener: Int32) -> AcceptedConnection {
        AcceptedConnection(descriptor: descriptor, listener: listener, peer: .unspecified)
    }

    @Test func `a connection of a known listener is served at once`() {
        var early = EarlyArrivals()
        #expect(early.admit(connection(5, listener: 1), listeners: 2)?.descriptor == 5)
        #expect(early.take(listeners: 9).isEmpty)
    }

    @Test func `connections of unknown listeners wait until theirs is known and come in order`() {
        var early = EarlyArrivals()
        for (descriptor, listener) in [(5, 2), (6, 3), (7, 2)] as [(FileDescriptor, Int32)] {
            #expect(early.admit(connection(descriptor, listener: listener), listeners: 2) == nil)
        }
        #expect(early.take(listeners: 2).isEmpty)
        #expect(early.take(listeners: 3).map(\.descriptor) == [5, 7])
        #expect(early.take(listeners: 3).isEmpty)
        #expect(early.take(listeners: 4).map(\.descriptor) == [6])
    }
}
