import Substrate
import Testing

@Suite struct FlatTableTests {
    @Test func `a table holds what it was made of, and copies share it`() {
        let table = FlatTable<UInt32>([1, 2, 3])
        defer { table.deallocate() }
        let copy = table
        copy[1] = 20
        #expect(table.count == 3)
        #expect((0..<3).map { table[$0] } == [1, 20, 3])
        table[2] += 1
        #expect(copy[2] == 4)
    }

    @Test func `an empty table holds nothing and may be deallocated`() {
        for table in [FlatTable<Int>(), FlatTable([]), FlatTable(repeating: 1, count: 0)] {
            #expect(table.isEmpty)
            #expect(table.count == 0)
            table.deallocate()
        }
    }

    @Test func `a repeated element fills the table`() {
        let table = FlatTable(repeating: SlotID.none, count: 100)
        defer { table.deallocate() }
        #expect((0..<100).allSatisfy { table[$0].isNone })
    }

    @Test func `an index one past the table traps`() async {
        await #expect(processExitsWith: .failure) { _ = FlatTable<Int>([1])[1] }
        await #expect(processExitsWith: .failure) { _ = FlatTable<Int>()[0] }
        await #expect(processExitsWith: .failure) { FlatTable<Int>([1])[-1] = 0 }
    }

    @Test func `a table of bytes lends windows`() {
        let table = FlatTable<UInt8>(Array("hello".utf8))
        defer { table.deallocate() }
        #expect(table.bytes(ByteRange(offset: 1 as Int, count: 3)).text == "ell")
        #expect(table.bytes(ByteRange(offset: 5 as Int, count: 0)).isEmpty)
        #expect(FlatTable<UInt8>().bytes(ByteRange()).isEmpty)
    }

    @Test func `ranges know their end and their emptiness`() {
        #expect(ByteRange().isEmpty)
        #expect(ByteRange(offset: 3 as UInt32, count: 4).end == 7)
        #expect(ByteRange(offset: UInt32.max, count: UInt32.max).end == 8_589_934_590)
        #expect(ByteRange(offset: 3 as Int, count: 4) == ByteRange(offset: 3 as UInt32, count: 4))
    }
}
