import Substrate
import Testing

@Suite struct SlabTests {
    /// Counts its own end.
    private final class Counter { var ended = 0 }
    private struct Tenant: ~Copyable {
        var value: Int
        let counter: Counter
        deinit { counter.ended += 1 }
    }

    @Test func `an element is found by its id until it is freed`() {
        var slab = Slab<Int>()
        let first = slab.insert(1)
        let second = slab.insert(2)
        #expect(slab.count == 2)
        #expect(slab[first]?[] == 1)
        slab[second]?[] += 40
        #expect(slab[second]?[] == 42)
        slab.free(first)
        #expect(slab[first] == nil)
        #expect(slab[second]?[] == 42)
        #expect(slab.count == 1)
    }

    @Test func `no made-up id finds anything`() {
        var slab = Slab<Int>()
        #expect(slab[.none] == nil)
        #expect(slab[SlotID(index: 0, generation: 0)] == nil)
        let id = slab.insert(1)
        for generation in [0, id.generation &+ 1, id.generation &+ 2, .max] as [UInt32] {
            #expect(slab[SlotID(index: id.index, generation: generation)] == nil)
        }
        for index in [1, 63, 64, 1_000_000, .max] as [UInt32] {
            for generation in [0, 1, 2] as [UInt32] {
                #expect(slab[SlotID(index: index, generation: generation)] == nil)
            }
        }
        slab.free(SlotID(index: 9999, generation: 1))
        slab.free(.none)
        #expect(slab.count == 1)
        #expect(SlotID.none.isNone && !id.isNone)
    }

    @Test func `a slot's next tenant has another id`() {
        var slab = Slab<Int>()
        var seen: Set<SlotID> = []
        for round in 0..<1000 {
            let id = slab.insert(round)
            #expect(seen.insert(id).inserted)
            slab.free(id)
            slab.reclaim()
        }
        #expect(slab.heldPages == 1)
        #expect(seen.allSatisfy { slab[$0] == nil })
    }

    @Test func `a freed element lives on until it is reclaimed`() throws {
        let counter = Counter()
        var slab = Slab<Tenant>()
        let id = slab.insert(Tenant(value: 7, counter: counter))
        let pointer = try #require(slab[id])
        slab.free(id)
        slab.free(id)
        #expect(slab[id] == nil)
        #expect(counter.ended == 0)
        #expect(pointer[].value == 7)
        let neighbour = slab.insert(Tenant(value: 8, counter: counter))
        #expect(neighbour.index != id.index)
        slab.reclaim()
        #expect(counter.ended == 1)
        slab.reclaim()
        #expect(counter.ended == 1)
        #expect(slab.insert(Tenant(value: 9, counter: counter)).index == id.index)
    }

    @Test func `the slab's end ends what lives and what was dying, once each`() {
        let counter = Counter()
        do {
            var slab = Slab<Tenant>()
            let ids = (0..<200).map { slab.insert(Tenant(value: $0, counter: counter)) }
            for id in ids.prefix(50) { slab.free(id) }
            slab.reclaim()
            for id in ids[50..<90] { slab.free(id) }
            #expect(counter.ended == 50)
            #expect(slab.count == 110)
        }
        #expect(counter.ended == 200)
    }

    @Test func `addresses are stable while the slab grows`() throws {
        var slab = Slab<Int>()
        let first = slab.insert(-1)
        let pointer = try #require(slab[first])
        for value in 0..<5000 { _ = slab.insert(value) }
        #expect(slab[first] == pointer)
        #expect(pointer[] == -1)
        #expect(slab.heldPages == (5001 + 63) / 64)
    }

    @Test func `trimming gives empty pages back and their old ids stay dead for ever`() {
        var slab = Slab<Int>()
        var dead: [SlotID] = []
        for round in 0..<5 {
            let ids = (0..<640).map { slab.insert($0) }
            #expect(slab.heldPages == 10)
            #expect(Set(ids).isDisjoint(with: dead))
            for id in ids { slab.free(id) }
            slab.trim()
            // What is dying still holds its page.
            #expect(slab.heldPages == 10)
            slab.reclaim()
            #expect(slab.heldPages == 10)
            slab.trim()
            #expect(slab.heldPages == 0)
            dead += ids
            #expect(dead.allSatisfy { slab[$0] == nil }, "round \(round)")
        }
        let id = slab.insert(1)
        #expect(dead.allSatisfy { slab[$0] == nil })
        #expect(slab[id]?[] == 1)
    }

    @Test func `a page with one live slot stays, and fills up again after a trim`() {
        var slab = Slab<Int>()
        let ids = (0..<192).map { slab.insert($0) }
        for id in ids where id.index != 100 { slab.free(id) }
        slab.reclaim()
        slab.trim()
        #expect(slab.heldPages == 1)
        #expect(ids.filter { slab[$0] != nil }.count == 1)
        for value in 0..<63 { _ = slab.insert(value) }
        #expect(slab.heldPages == 1)
        _ = slab.insert(64)
        #expect(slab.heldPages == 2)
        #expect(slab.count == 65)
    }

    @Test func `random use behaves like a dictionary`() {
        var random = RandomSource(seed: 21)
        var slab = Slab<UInt64>()
        var model: [SlotID: UInt64] = [:]
        var dead: [SlotID] = []
        for step in 0..<20_000 {
            switch random.next(below: 16) {
            case 0..<8:
                let value = random.next()
                model[slab.insert(value)] = value
            case 8..<14:
                guard let id = model.keys.randomElement(using: &random) else { continue }
                slab.free(id)
                model[id] = nil
                dead.append(id)
            case 14: slab.reclaim()
            default: if step % 7 == 0 { slab.trim() }
            }
            #expect(slab.count == model.count)
        }
        #expect(model.allSatisfy { slab[$0.key]?[] == $0.value })
        #expect(dead.allSatisfy { slab[$0] == nil })
        var found: [SlotID: UInt64] = [:]
        slab.forEach { found[$0] = $1[] }
        #expect(found == model)
        for id in model.keys { slab.free(id) }
        slab.reclaim()
        slab.trim()
        #expect(slab.heldPages == 0)
    }
}

extension RandomSource: RandomNumberGenerator {}
