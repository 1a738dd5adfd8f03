import MeshTestKit
import Substrate
import Testing

@testable import Cryptography

@Suite struct TicketKeyTests {
    private let start = WallTime(seconds: 1_000_000)
    private let period = TLSLimits.ticketKeyPeriodSeconds

    private func at(_ seconds: UInt64) -> WallTime { WallTime(seconds: start.seconds + seconds) }

    @Test func `keys change at the end of their period and not before`() {
        var schedule = TicketKeySchedule(now: start)
        #expect(schedule.advance(to: at(period - 1)) == .keep)
        #expect(schedule.advance(to: at(period)) == .rotate)
        #expect(schedule.advance(to: at(2 * period - 1)) == .keep)
        #expect(schedule.advance(to: at(2 * period)) == .rotate)
    }

    @Test func `after two periods without a change no key is left`() {
        var schedule = TicketKeySchedule(now: start)
        #expect(schedule.advance(to: at(2 * period - 1)) == .rotate)
        schedule = TicketKeySchedule(now: start)
        #expect(schedule.advance(to: at(2 * period)) == .replaceAll)
    }

    @Test func `a clock set back does not lengthen a key's life`() {
        var schedule = TicketKeySchedule(now: at(period))
        #expect(schedule.advance(to: start) == .keep)
        #expect(schedule.advance(to: at(period - 1)) == .keep)
        #expect(schedule.advance(to: at(period)) == .rotate)
    }

    @Test func `a ticket's life is no longer than a key is sure to live`() {
        #expect(TLSLimits.ticketLifetimeSeconds <= TLSLimits.ticketKeyPeriodSeconds)
    }

    /// The bytes of one key as they stand in memory: first the current one, then the previous.
    private func halves(_ keys: TicketKeys) -> (current: [UInt8], previous: [UInt8]) {
        let memory = keys.memory
        return (Array(memory[..<(memory.count / 2)]), Array(memory[(memory.count / 2)...]))
    }

    @Test func `the previous key is kept and the one before it is wiped`() {
        let keys = TicketKeys(now: start)
        let first = halves(keys)
        #expect(first.previous.allSatisfy { $0 == 0 })
        keys.advance(to: at(period))
        let second = halves(keys)
        #expect(second.previous == first.current && second.current != first.current)
        keys.advance(to: at(2 * period))
        let third = halves(keys)
        #expect(third.previous == second.current)
        #expect(third.current != second.current && third.current != first.current)
    }

    @Test func `a replacement leaves no byte of either key`() {
        let keys = TicketKeys(now: start)
        keys.advance(to: at(period))
        let before = halves(keys)
        keys.replaceAll(now: at(period))
        let after = halves(keys)
        #expect(after.previous.allSatisfy { $0 == 0 })
        #expect(after.current != before.current && after.current != before.previous)
        keys.advance(to: at(4 * period))
        #expect(halves(keys).previous.allSatisfy { $0 == 0 })
    }

    @Test func `claims read as they were written, and nothing else is one`() {
        var claims = TicketClaims(provedAt: at(5))
        claims.narrow(from: at(1), until: at(9))
        let written = claims.bytes
        #expect(written.count == TicketClaims.byteCount)
        #expect(written.withBytes { TicketClaims($0) } == claims)
        for count in [0, TicketClaims.byteCount - 1, TicketClaims.byteCount + 1] {
            let bytes = [UInt8](repeating: 0, count: count)
            #expect(bytes.withBytes { TicketClaims($0) } == nil)
        }
        let ever = TicketClaims(provedAt: at(5))
        #expect(ever.bytes.withBytes { TicketClaims($0)?.allowResumption(at: at(5)) } == true)
    }
}
