import MeshTestKit
import Reactor
import Substrate
import Testing

@Suite struct InboxTests {
    @Test func `messages of one thread stay in order and none is lost`() throws {
        let loop = try EventLoop(calls: .linux)
        let inbox = Inbox<(thread: Int, number: Int)>(loop: loop)
        let perThread = 2_000
        var threads: [ThreadHandle] = []
        for thread in 0..<4 {
            threads.append(
                try Threads.start(name: "poster-\(thread)") {
                    for number in 0..<perThread { inbox.post((thread, number)) }
                })
        }
        _ = loop.timers.schedule(at: loop.calls.monotonic().adding(milliseconds: 5_000), token: 0)
        var next = [0, 0, 0, 0]
        var total = 0
        while total < 4 * perThread, loop.timers.popExpired(now: loop.now.monotonic) == nil {
            _ = loop.poll(hasWork: false)
            inbox.drain { message in
                #expect(message.number == next[message.thread])
                next[message.thread] += 1
                total += 1
            }
        }
        for thread in threads { thread.join() }
        #expect(total == 4 * perThread)
    }

    @Test func `many posts between two turns cost one system call`() throws {
        let network = SimulatedNetwork()
        let loop = try EventLoop(calls: network.calls)
        let inbox = Inbox<Int>(loop: loop)
        for number in 0..<100 { inbox.post(number) }
        #expect(network.count(of: .eventWrite) == 1)
        _ = loop.poll(hasWork: false)
        var received: [Int] = []
        inbox.drain { received.append($0) }
        #expect(received == Array(0..<100))
        #expect(network.count(of: .eventRead) == 0)
        inbox.post(100)
        #expect(network.count(of: .eventWrite) == 2)
    }

    @Test func `a visitor may post`() throws {
        let network = SimulatedNetwork()
        let loop = try EventLoop(calls: network.calls)
        let inbox = Inbox<Int>(loop: loop)
        inbox.post(1)
        var received: [Int] = []
        for _ in 0..<2 {
            inbox.drain { number in
                received.append(number)
                if number == 1 { inbox.post(2) }
            }
        }
        #expect(received == [1, 2])
    }

    @Test func `a simulated loop on its own thread is woken`() throws {
        let network = SimulatedNetwork()
        network.blocksThreads = true
        let loop = try EventLoop(calls: network.calls)
        let inbox = Inbox<Int>(loop: loop)
        let done = Inbox<Int>(waker: loop.waker)
        let thread = try Threads.start(name: "loop") {
            var sum = 0
            while sum < 10 {
                _ = loop.poll(hasWork: false)
                inbox.drain { sum += $0 }
            }
            done.post(sum)
        }
        for number in 1...4 { inbox.post(number) }
        thread.join()
        var sums: [Int] = []
        done.drain { sums.append($0) }
        #expect(sums == [10])
    }
}
