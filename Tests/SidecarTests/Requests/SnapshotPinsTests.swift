import MeshTestKit
import Policy
import Substrate
import Testing

@testable import Sidecar

@Suite("pinned snapshots")
struct SnapshotPinsTests {
    private func snapshot() throws -> RuntimeSnapshot {
        var builder = SnapshotBuilder(
            calls: SimulatedNetwork().calls, identities: IdentityRegistry(seed: 1))
        return try builder.build(try configuration(Document.edge))
    }

    @Test func `a snapshot that nobody reads is given back when the next one comes`() throws {
        var pins = SnapshotPins()
        let first = try snapshot()
        #expect(pins.install(first) == nil)
        #expect(pins.install(try snapshot()) === first)
    }

    @Test func `a snapshot under a request is given back behind its last reader`() throws {
        var pins = SnapshotPins()
        let first = try snapshot()
        _ = pins.install(first)
        let one = pins.pin()
        let two = pins.pin()
        #expect(pins.install(try snapshot()) == nil)
        #expect(pins.view(of: one) != nil)
        #expect(pins.unpin(one) == nil)
        #expect(pins.unpin(two) === first)
    }

    @Test func `the current snapshot is kept without readers`() throws {
        var pins = SnapshotPins()
        _ = pins.install(try snapshot())
        let place = pins.pin()
        #expect(pins.unpin(place) == nil)
        #expect(pins.view != nil)
    }

    private func revisions(_ yamls: [String]) throws -> [RuntimeSnapshot] {
        var builder = SnapshotBuilder(
            calls: SimulatedNetwork().calls, identities: IdentityRegistry(seed: 1))
        var built: [RuntimeSnapshot] = []
        for yaml in yamls { built.append(try builder.build(try configuration(yaml))) }
        return built
    }

    @Test func `the last snapshot with a listener is kept for those who still ask it`() throws {
        let both = Document.listener("other", "127.0.0.1:18081") + Document.edge
        let all = try revisions([both, both, Document.edge, Document.edge])
        var pins = SnapshotPins()
        for snapshot in all.prefix(2) { _ = pins.install(snapshot) }
        #expect(pins.install(all[2]) == nil)
        let (own, former) = (pins.pin(), pins.pin())
        let none = pins.repin(own, toLastOf: 1)
        #expect(none == nil)
        let found = pins.repin(former, toLastOf: 0)
        let last = try #require(found)
        #expect(pins.view(of: last)?.tables.listeners.count == 2)
        // The current one has lost that reader: its own is the last.
        #expect(pins.install(all[3]) == nil)
        #expect(pins.unpin(own) === all[2])

        var gone: [RuntimeSnapshot] = []
        pins.endFarewells(where: { _ in true }) { gone.append($0) }
        #expect(gone.isEmpty, "a connection may still be on its way")
        pins.settleFarewells()
        pins.endFarewells(where: { $0 != 0 }) { gone.append($0) }
        let reader = pins.pin()
        let again = pins.repin(reader, toLastOf: 0)
        #expect(gone.isEmpty && again == last)
        #expect(pins.unpin(last) == nil)
        pins.endFarewells(where: { $0 == 0 }) { gone.append($0) }
        #expect(gone.isEmpty, "a request still reads it")
        #expect(pins.unpin(last) === all[1])
        let late = pins.pin()
        let forgotten = pins.repin(late, toLastOf: 0)
        #expect(forgotten == nil)
    }

    @Test func `places are used again`() throws {
        var pins = SnapshotPins()
        for _ in 0..<100 { _ = pins.install(try snapshot()) }
        #expect(pins.pin() <= 1)
    }

    @Test func `records stay where they are while the table grows`() {
        var records = RecordTable(RequestRecord())
        let first = records[0]
        first[].pin = 7
        records[5_000][].pin = 9
        #expect(records[0][].pin == 7)
        #expect(records[5_000][].pin == 9)
        #expect(first[].pin == 7)
    }

    @Test func `verifications are used again`() {
        var pool = VerificationPool()
        let one = pool.acquire()
        let two = pool.acquire()
        #expect(one != two)
        pool.release(one)
        #expect(pool.acquire() == one)
        #expect(pool.acquire() == 2)
    }
}
