import Substrate
import Testing

@Suite struct MessageHeadTests {
    private func field(_ offset: Int, _ known: KnownHeader = .other) -> HeaderField {
        HeaderField(
            name: ByteRange(offset: offset, count: 1), value: ByteRange(offset: offset, count: 2),
            known: known,
            isHopByHop: false)
    }

    @Test func `a head keeps facts, bytes and fields apart`() throws {
        var pool = HeadPool()
        let head = pool.acquire()
        head.facts.status = 204
        head.facts.contentLength = .max
        let name = try #require(head.append(Bytes("Content-Type")))
        let value = try #require(head.append(Bytes("text/plain")))
        #expect(head.append(HeaderField(name: name, value: value, known: .contentType, isHopByHop: true)))
        #expect(head.facts.status == 204)
        #expect(head.facts.contentLength == .max)
        #expect(head.bytes.text == "Content-Typetext/plain")
        #expect(head[value].text == "text/plain")
        #expect(head[field: 0].isHopByHop)
        #expect(head.value(of: .contentType)?.text == "text/plain")
        #expect(head.value(of: .host) == nil)
        #expect(head.value(named: Bytes("CONTENT-type"))?.text == "text/plain")
        #expect(head.value(named: Bytes("content-typ")) == nil)
        head.setByte(UInt8(ascii: "c"), at: 0)
        #expect(head[name].text == "content-Type")
        pool.release(head)
    }

    @Test func `the first of several fields of one name answers`() throws {
        var pool = HeadPool()
        let head = pool.acquire()
        _ = head.append(Bytes("a1a2"))
        _ = head.append(
            HeaderField(
                name: ByteRange(offset: 0 as Int, count: 1), value: ByteRange(offset: 1 as Int, count: 1),
                known: .via, isHopByHop: false))
        _ = head.append(
            HeaderField(
                name: ByteRange(offset: 2 as Int, count: 1), value: ByteRange(offset: 3 as Int, count: 1),
                known: .via, isHopByHop: false))
        #expect(head.value(of: .via)?.text == "1")
        #expect(head.value(named: Bytes("A"))?.text == "1")
        var second = head[field: 1]
        second.known = .te
        head[field: 1] = second
        #expect(head.value(of: .te)?.text == "2")
        pool.release(head)
    }

    @Test func `the arena is filled to the last byte and refuses one more`() {
        var pool = HeadPool()
        let head = pool.acquire()
        let spare = head.spareBytes
        #expect(spare > 3800)
        let full = [UInt8](repeating: 0x61, count: spare)
        #expect((full + [0x62]).withBytes { head.append($0) } == nil)
        #expect(full.withBytes { head.append($0) } == ByteRange(offset: 0, count: spare))
        #expect(head.spareBytes == 0)
        #expect(head.append(Bytes("b")) == nil)
        #expect(head.append(Bytes()) == ByteRange(offset: spare, count: 0))
        // The room of one field line was kept.
        #expect(head.append(field(0)))
        #expect(!head.append(field(0)))
        #expect(head.fieldCount == 1)
        #expect(head.bytes.array == full)
        pool.release(head)
    }

    @Test func `fields and bytes grow towards each other and never meet`() {
        var pool = HeadPool()
        var random = RandomSource(seed: 9)
        for _ in 0..<200 {
            let head = pool.acquire()
            var model: [UInt8] = []
            var fields = 0
            while true {
                if random.next(below: 2) == 0 {
                    let chunk = (0..<random.next(below: 90)).map { _ in
                        UInt8(truncatingIfNeeded: random.next())
                    }
                    guard chunk.withBytes({ head.append($0) }) != nil else { break }
                    model += chunk
                } else {
                    guard head.append(field(fields)) else { break }
                    fields += 1
                }
            }
            #expect(head.bytes.array == model)
            #expect((0..<fields).allSatisfy { Int(head[field: $0].name.offset) == $0 })
            pool.release(head)
        }
    }

    @Test func `a head holds 128 fields and no more`() {
        #expect(MessageHead.maxFields == 128)
        var pool = HeadPool()
        let head = pool.acquire(arenaBytes: 0, fields: 128)
        for index in 0..<128 { #expect(head.append(field(index))) }
        #expect(!head.append(field(128)))
        #expect(head.fieldCount == 128)
        #expect((0..<128).allSatisfy { Int(head[field: $0].name.offset) == $0 })
        pool.release(head)
    }

    @Test func `a large head has the room that was asked for`() {
        var pool = HeadPool()
        for (arena, fields) in [(60 << 10, 100), (4096, 0), (1, 128), (3000, 40), (61_441, 1)] {
            let head = pool.acquire(arenaBytes: arena, fields: fields)
            let content = [UInt8](repeating: 7, count: arena)
            #expect(content.withBytes { head.append($0) } != nil)
            for index in 0..<fields { #expect(head.append(field(index))) }
            #expect(head.bytes.array == content)
            pool.release(head)
        }
        #expect(pool.outstanding == 0)
    }

    @Test func `a released block comes back empty`() {
        var pool = HeadPool()
        let head = pool.acquire()
        head.facts.status = 500
        _ = head.append(Bytes("left over"))
        _ = head.append(field(0))
        #expect(pool.outstanding == 1)
        pool.release(head)
        let again = pool.acquire()
        #expect(again == head)
        #expect(again.facts.status == 0)
        #expect(again.bytes.isEmpty)
        #expect(again.fieldCount == 0)
        #expect(again.value(of: .other) == nil)
        pool.release(again)
        #expect(pool.outstanding == 0)
    }

    @Test func `trimming keeps what it is told to keep`() {
        var pool = HeadPool()
        let heads = (0..<20).map { _ in pool.acquire() }
        #expect(pool.outstanding == 20)
        for head in heads { pool.release(head) }
        pool.trim(keep: 3)
        let fresh = (0..<3).map { _ in pool.acquire() }
        #expect(fresh.allSatisfy { heads.contains($0) })
        for head in fresh { pool.release(head) }
        pool.trim(keep: 0)
        pool.trim(keep: 0)
        pool.release(pool.acquire())
        #expect(pool.outstanding == 0)
    }

    @Test func `more than the kept number of blocks come and go without harm`() {
        var pool = HeadPool()
        let heads = (0..<(HeadPool.maxKept + 10)).map { _ in pool.acquire() }
        #expect(zip(heads, heads.dropFirst()).allSatisfy { $0 != $1 })
        for head in heads { pool.release(head) }
        #expect(pool.outstanding == 0)
    }
}
