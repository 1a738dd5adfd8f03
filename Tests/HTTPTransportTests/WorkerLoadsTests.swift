import Substrate
import Testing

@testable import HTTPTransport

@Suite struct WorkerLoadsTests {
    @Test func `who is no worker gives each connection to the least loaded one`() {
        let loads = WorkerLoads(workers: 3)
        loads.add(2, to: 0)
        loads.add(1, to: 2)
        #expect((0..<4).map { _ in loads.assign() } == [1, 1, 2, 0])
        #expect((0..<3).map { loads[$0] } == [3, 2, 2])
    }

    private func placed(_ connections: Int, workers: Int) -> [Int] {
        let loads = WorkerLoads(workers: workers)
        var random = RandomSource(seed: 7)
        for number in 0..<connections {
            loads.add(1, to: loads.place(own: number * 5 % workers, random: &random))
        }
        return (0..<workers).map { loads[$0] }
    }

    @Test(arguments: [2, 4, WorkerLoads.maxCompared])
    func `a few workers get the same number of connections`(workers: Int) {
        #expect(placed(workers * 16, workers: workers) == Array(repeating: 16, count: workers))
    }

    @Test func `many workers differ by a few connections`() {
        let counts = placed(64 * 16, workers: WorkerLoads.maxCompared + 1)
        #expect(counts.reduce(0, +) == 64 * 16)
        #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 8)
    }

    @Test func `the accepting worker goes first among equals`() {
        var random = RandomSource(seed: 7)
        let loads = WorkerLoads(workers: 4)
        for own in 0..<4 { #expect(loads.place(own: own, random: &random) == own) }
    }

    @Test func `one worker takes everything`() {
        #expect(placed(10, workers: 1) == [10])
    }
}
