import Testing

@testable import Sidecar

@Suite("what a service manager says")
struct ServiceEnvironmentTests {
    private func read(_ variables: [(String, String)]) throws -> ServiceEnvironment {
        try ServiceEnvironment(process: 42) { name in variables.first { $0.0 == name }?.1 }
    }

    private func refusal(_ variables: (String, String)...) -> String? {
        do {
            _ = try read(variables)
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test func `nothing is said without one`() throws {
        let said = try read([])
        #expect(said.notifySocket == nil && said.watchdogNanoseconds == nil && said.listeners.isEmpty)
        #expect(try read([("NOTIFY_SOCKET", "")]).notifySocket == nil)
    }

    @Test func `sockets are counted from descriptor 3 on and have names`() throws {
        let said = try read([("LISTEN_PID", "42"), ("LISTEN_FDS", "2"), ("LISTEN_FDNAMES", "front:")])
        #expect(said.listeners == [.init(descriptor: 3, name: "front"), .init(descriptor: 4, name: "")])
        let unnamed = try read([("LISTEN_PID", "42"), ("LISTEN_FDS", "2"), ("LISTEN_FDNAMES", "a:b:c")])
        #expect(unnamed.listeners.map { $0.name } == ["", ""])
    }

    @Test(arguments: ["41", "", "42x", "-42"])
    func `sockets of another process are none of ours`(_ process: String) throws {
        #expect(try read([("LISTEN_PID", process), ("LISTEN_FDS", "many")]).listeners.isEmpty)
        #expect(try read([("LISTEN_FDS", "1")]).listeners.isEmpty)
    }

    @Test func `sockets are counted up to the limit`() throws {
        let most = ServiceEnvironment.maxListeners
        #expect(try read([("LISTEN_PID", "42"), ("LISTEN_FDS", "\(most)")]).listeners.count == most)
        for count in ["\(most + 1)", "-1", "x", ""] {
            #expect(
                refusal(("LISTEN_PID", "42"), ("LISTEN_FDS", count))?.contains("LISTEN_FDS is '\(count)'")
                    == true)
        }
    }

    @Test func `the notification socket is a path or an abstract name that fits`() throws {
        for name in ["/run/notify", "@notify", "/" + String(repeating: "x", count: 106)] {
            #expect(try read([("NOTIFY_SOCKET", name)]).notifySocket == name)
        }
        for name in ["run/notify", "/", "@", "vsock:2:1", "/" + String(repeating: "x", count: 107)] {
            #expect(refusal(("NOTIFY_SOCKET", name))?.contains("NOTIFY_SOCKET") == true)
        }
    }

    @Test func `the watchdog is this process's or nobody's`() throws {
        #expect(try read([("WATCHDOG_USEC", "30000000")]).watchdogNanoseconds == 30_000_000_000)
        #expect(
            try read([("WATCHDOG_USEC", "5"), ("WATCHDOG_PID", "42")]).watchdogNanoseconds == 5_000)
        #expect(try read([("WATCHDOG_USEC", "5"), ("WATCHDOG_PID", "41")]).watchdogNanoseconds == nil)
        for span in ["0", "-1", "1s", "\(UInt64.max / 1000 + 1)"] {
            #expect(refusal(("WATCHDOG_USEC", span))?.contains("WATCHDOG_USEC") == true)
        }
        #expect(refusal(("WATCHDOG_USEC", "\(UInt64.max / 1000)")) == nil)
    }

    @Test func `a watchdog is fed while every worker answers`() {
        var watchdog = Watchdog(limitNanoseconds: 400)
        #expect(watchdog.intervalNanoseconds == Watchdog.minIntervalNanoseconds)
        #expect(Watchdog(limitNanoseconds: 30_000_000_000).intervalNanoseconds == 7_500_000_000)
        // Nobody was asked anything at first.
        let answers: [[UInt64]] = [[0, 0], [1, 0], [1, 0], [1, 1], [1, 2]]
        let fed = answers.map { watchdog.look($0) }
        #expect(fed == [true, false, false, true, false])
        #expect(watchdog.round == 2)
    }

    @Test func `the end asks the service manager for as much time as it takes`() {
        let text = ServiceManager.stopping(
            DrainReading(acceptsForNanoseconds: 5_000_000_000, endsWithinNanoseconds: 10_000_000_000))
        #expect(
            text == "STOPPING=1\nEXTEND_TIMEOUT_USEC=11000000\n"
                + "STATUS=Draining: accepts for 5000 ms, ends within 10000 ms.")
    }
}
