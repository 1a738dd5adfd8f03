import HTTPTransport
import MeshTestKit
import Substrate
import Testing

@testable import Sidecar

/// Workers learn of a configuration one after the other, and hand connections over all the while.
@Suite("listeners that come and go")
struct ListenersThatChangeTests {
    private let get = "GET /x HTTP/1.1\r\nhost: acme.example.test\r\n\r\n"

    @Test func `a connection of a listener that a worker does not know yet is served once it does`() throws {
        let rig = try WorkersRig(workers: 2)
        let first = try rig.snapshot(1, hasOther: false)
        for worker in rig.workers { worker.post(.install(first)) }
        rig.settle()
        let second = try rig.snapshot(2, hasOther: true)
        rig.workers[0].post(.install(second))
        rig.settle([rig.workers[0]])
        let clients = [rig.client(WorkersRig.other), rig.client(WorkersRig.other)]
        for client in clients { client.send(get) }
        // One each: the second is handed to the worker that knows no such listener.
        rig.settle()
        #expect([rig.loads[0], rig.loads[1]] == [1, 1])
        #expect(clients.allSatisfy { !$0.isClosed })
        rig.workers[1].post(.install(second))
        rig.settle()
        for client in clients {
            let answer = client.receiveText()
            #expect(answer.hasPrefix("HTTP/1.1 200"))
            #expect(values("x-revision", in: answer) == ["2"])
        }
    }

    @Test func `a kept connection's last request is answered by the last configuration with its listener`()
        throws
    {
        let rig = try WorkersRig(workers: 1)
        let snapshots = [try rig.snapshot(1, hasOther: true), try rig.snapshot(2, hasOther: true)]
        for snapshot in snapshots { rig.workers[0].post(.install(snapshot)) }
        rig.settle()
        let (kept, silent, front) = (
            rig.client(WorkersRig.other), rig.client(WorkersRig.other), rig.client(WorkersRig.front)
        )
        kept.send(get)
        rig.settle()
        #expect(values("x-revision", in: kept.receiveText()) == ["2"])

        rig.workers[0].post(.install(try rig.snapshot(3, hasOther: false)))
        rig.settle()
        rig.workers[0].post(.install(try rig.snapshot(4, hasOther: false)))
        rig.workers[0].post(.listenersReleased)
        rig.settle()
        #expect(rig.disposed == [1, 3])
        for (client, revision) in [(kept, "2"), (silent, "2"), (front, "4")] {
            client.send(get)
            rig.settle()
            let answer = client.receiveText()
            #expect(answer.hasPrefix("HTTP/1.1 200"))
            #expect(values("x-revision", in: answer) == [revision])
            #expect(values("connection", in: answer) == (revision == "2" ? ["close"] : []))
            #expect(client.isClosed == (revision == "2"))
        }
        kept.close()
        silent.close()
        // The worker looks every five seconds.
        rig.pass(seconds: 6)
        #expect(rig.disposed == [1, 3, 2])
    }

    @Test func `a connection that another worker hands over behind the removal is served`() throws {
        let rig = try WorkersRig(workers: 2)
        let first = try rig.snapshot(1, hasOther: true)
        for worker in rig.workers { worker.post(.install(first)) }
        rig.settle()
        let second = try rig.snapshot(2, hasOther: false)
        rig.workers[1].post(.install(second))
        rig.settle([rig.workers[1]])
        let clients = [rig.client(WorkersRig.other), rig.client(WorkersRig.other)]
        for client in clients { client.send(get) }
        rig.settle()
        for client in clients { #expect(values("x-revision", in: client.receiveText()) == ["1"]) }
        rig.workers[0].post(.install(second))
        rig.settle()
        for worker in rig.workers { worker.post(.listenersReleased) }
        rig.settle()
        for client in clients { client.close() }
        rig.pass(seconds: 6)
        #expect(rig.disposed == [1, 1])
    }
}
