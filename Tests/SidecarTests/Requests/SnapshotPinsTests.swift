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

    @Test func `places are used again`() throws {
        var pins = SnapshotPins()
        for _ in 0..<100 { _ = pins.install(try snapshot()) }
        #expect(pins.pin() <= 1)
    }

    @Test func `records stay where they are while the table grows`() {
        var records = RecordTable()
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
