import Glibc
import MeshTestKit
import Reactor
import Substrate
import Synchronization
import Testing

@Suite struct ThreadsTests {
    @Test func `a worker never takes a signal meant for the process`() throws {
        let seen = Blocked()
        let thread = try Threads.start(name: "a name longer than fifteen") {
            var mask = sigset_t()
            unsafe pthread_sigmask(SIG_BLOCK, nil, &mask)
            let term = unsafe sigismember(&mask, SIGTERM)
            let segv = unsafe sigismember(&mask, SIGSEGV)
            seen.isRight.store(term == 1 && segv == 0, ordering: .relaxed)
        }
        thread.join()
        thread.join()
        let isRight = seen.isRight.load(ordering: .relaxed)
        #expect(isRight)
    }

    private final class Blocked: Sendable { let isRight = Atomic<Bool>(false) }

    @Test func `the file limit can be raised again and again`() throws {
        let first = try FileLimit.raise()
        #expect(first > 0)
        #expect(try FileLimit.raise() == first)
    }

    @Test func `seeds differ`() {
        #expect(SystemCalls.linux.randomSeed() != SystemCalls.linux.randomSeed())
    }

    @Test func `a closed descriptor ends the process with the call's name`() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let calls = SystemCalls.linux
            let fd = FileDescriptor(calls.eventCreate())
            calls.close(fd)
            calls.close(fd)
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("close on descriptor"))
    }

    @Test func `a Unix socket left behind by a dead process is replaced and a live one is not`() throws {
        let path = "/tmp/outrigger-\(getpid())-\(SystemCalls.linux.randomSeed()).sock"
        let address = try #require(SocketAddress(unixPath: path))
        let calls = SystemCalls.linux
        let first = try Sockets.listen(address, calls: calls)
        let refused = #expect(throws: ReactorError.self) { try Sockets.listen(address, calls: calls) }
        #expect(refused?.cause == .addressInUse)
        // The file stays. Shut down first: a test beside this one may be about to start a program, and until it has, it
        // holds every descriptor of ours open.
        _ = calls.shutdown(first, .read)
        calls.close(first)
        let second = try Sockets.listen(address, calls: calls)
        guard case .connected(let client) = Sockets.connect(address, calls: calls) else {
            Issue.record("a Unix connect succeeds at once")
            return
        }
        guard case .accepted(let server, let peer) = Sockets.acceptOne(second, calls: calls) else {
            Issue.record("the connection waits to be accepted")
            return
        }
        #expect(peer.family == .unix && peer.unixPath == "")
        for fd in [client, server, second] { calls.close(fd) }
        _ = calls.unlink(path: path)
    }
}

@Suite struct SignalSourceTests {
    @Test func `a signal is reported to the loop that watches and once`() throws {
        let signals = try SignalSource([.user1])
        let loop = try EventLoop(calls: .linux)
        loop.add(signals.descriptor, token: 3, interest: .in)
        #expect(signals.next() == nil)
        // Sent to this thread, which has it blocked now.
        raise(SIGUSR1)
        #expect(loop.poll(hasWork: false) == 1)
        #expect(loop.ready(0).token == 3)
        #expect(signals.next() == .user1)
        #expect(signals.next() == nil)
    }
}
