import Glibc
import MeshModel
import MeshTestKit
import Policy
import Reactor
import Substrate
import Telemetry
import Testing

@testable import Sidecar

@Suite("building snapshots")
struct BuilderTests {
    let scratch = Scratch()
    let network = SimulatedNetwork()

    private func builder() -> SnapshotBuilder {
        SnapshotBuilder(calls: network.calls, identities: IdentityRegistry(seed: 1))
    }

    private func problems(_ builder: inout SnapshotBuilder, _ yaml: String) throws -> String {
        let configuration = try configuration(yaml)
        do {
            _ = try builder.build(configuration)
            return ""
        } catch {
            return ConfigurationThread.problems(of: error).joined(separator: "\n")
        }
    }

    @Test func `a listener keeps its number and socket over reloads`() throws {
        var builder = builder()
        let first = try builder.build(try configuration(Document.edge))
        let second = try builder.build(
            try configuration(Document.listener("other", "127.0.0.1:18081") + Document.edge))
        #expect(first.listeners.map(\.number) == [0])
        #expect(second.listeners.map(\.number) == [1, 0])
        #expect(second.listeners[1].descriptor == first.listeners[0].descriptor)
        #expect(second.policyListeners[0] == 1 && second.policyListeners[1] == 0)
        #expect(network.count(of: .bind) == 2)
    }

    @Test func `a renamed listener keeps its socket`() throws {
        var builder = builder()
        let first = try builder.build(try configuration(Document.edge))
        let second = try builder.build(
            try configuration(Document.listener("renamed") + Document.service() + Document.route()))
        #expect(second.listeners[0].number == 0)
        #expect(second.listeners[0].descriptor == first.listeners[0].descriptor)
        builder.releaseClosedListeners()
        #expect(network.openDescriptors == 1)
    }

    @Test func `a moved listener's connections follow it and its old socket is closed`() throws {
        var builder = builder()
        _ = try builder.build(try configuration(Document.edge))
        let moved = try builder.build(
            try configuration(
                Document.listener("front", "127.0.0.1:18081") + Document.service() + Document.route()))
        #expect(moved.listeners[0].number == 1)
        #expect(moved.policyListeners[0] == 0)
        #expect(network.openDescriptors == 2)
        builder.releaseClosedListeners()
        #expect(network.openDescriptors == 1)
    }

    @Test func `a listener that leaves is sealed first and its Unix path is given up once`() throws {
        var builder = builder()
        _ = try builder.build(
            try configuration(Document.listener("other", "unix:/run/other.sock") + Document.edge))
        #expect(builder.leavingListeners.isEmpty)
        _ = try builder.build(try configuration(Document.edge))
        #expect(builder.leavingListeners.map(\.number) == [0])
        builder.sealLeavingListeners()
        // Another process may take the path from here on: its socket's file must stay.
        let place = try #require(SocketAddress(unixPath: "/run/other.sock"))
        let taken = try Sockets.listen(place, calls: network.calls)
        builder.sealLeavingListeners()
        #expect(network.openDescriptors == 3)
        builder.releaseClosedListeners()
        #expect(builder.leavingListeners.isEmpty)
        #expect(network.openDescriptors == 2)
        guard case .connected = Sockets.connect(place, calls: network.calls) else {
            Issue.record("the path leads to its new owner")
            return
        }
        _ = network.calls.close(taken)
        builder.releaseAllListeners()
        #expect(network.misuses.isEmpty)
    }

    @Test func `a removed listener's number has no policy`() throws {
        var builder = builder()
        _ = try builder.build(
            try configuration(Document.listener("other", "127.0.0.1:18081") + Document.edge))
        let left = try builder.build(try configuration(Document.edge))
        #expect(left.policyListeners[0] == -1)
        #expect(left.listeners.map(\.number) == [1])
    }

    @Test func `a refused configuration changes nothing`() throws {
        var builder = builder()
        let first = try builder.build(try configuration(Document.edge))
        network.failNext(.bind, with: .addressInUse)
        let told = try problems(
            &builder,
            Document.listener("front", "127.0.0.1:18082") + Document.service() + Document.route())
        #expect(told.contains("127.0.0.1:18082"))
        #expect(network.openDescriptors == 1)
        let again = try builder.build(try configuration(Document.edge))
        #expect(again.listeners[0].descriptor == first.listeners[0].descriptor)
        #expect(again.policy.revision == first.policy.revision + 1)
        builder.releaseClosedListeners()
        #expect(network.openDescriptors == 1)
    }

    @Test func `sockets opened for a refused configuration are closed again`() throws {
        var builder = builder()
        network.failNext(.listen, with: .addressInUse)
        _ = try problems(
            &builder, Document.listener("other", "127.0.0.1:18081") + Document.edge)
        #expect(network.openDescriptors == 0)
    }

    @Test func `every bad certificate is told with its file`() throws {
        var builder = builder()
        let junk = scratch.write("junk.pem", "no certificate")
        let gone = scratch.path("gone.pem")
        let tls = ", tls: { certificate: { file: \"\(junk)\" }, key: { file: \"\(junk)\" } }"
        let other = ", tls: { certificate: { file: \"\(gone)\" }, key: { file: \"\(gone)\" } }"
        let told = try problems(
            &builder,
            Document.listener(more: tls) + Document.listener("second", "127.0.0.1:18081", more: other)
                + Document.service() + Document.route())
        #expect(told.contains("listener front: \(junk): "))
        #expect(told.contains("listener second: \(gone): No such file or directory"))
        #expect(network.openDescriptors == 0)
    }

    @Test func `an access log that cannot be opened is a problem and leaves no file`() throws {
        var builder = builder()
        let good = scratch.path("good.log")
        let bad = scratch.path("nowhere/access.log")
        let yaml =
            Document.listener(more: ", accessLog: { path: \"\(good)\" }")
            + Document.listener("second", "127.0.0.1:18081", more: ", accessLog: { path: \"\(bad)\" }")
            + Document.service() + Document.route()
        let told = try problems(&builder, yaml)
        #expect(told.contains("\(bad): the access log cannot be opened"))
        #expect(!scratch.exists("good.log"))
        #expect(throws: SnapshotBuilder.Refusal.self) {
            try SnapshotBuilder.check(configuration(yaml), identities: IdentityRegistry(seed: 1))
        }
        #expect(!scratch.exists("good.log"))
    }

    @Test func `listeners with one log share it`() throws {
        var builder = builder()
        let path = scratch.path("access.log")
        let log = ", accessLog: { path: \"\(path)\" }"
        let snapshot = try builder.build(
            try configuration(
                Document.listener(more: log) + Document.listener("second", "127.0.0.1:18081", more: log)
                    + Document.service() + Document.route()))
        #expect(snapshot.listeners.map(\.accessLog.log) == [0, 0])
        #expect(builder.logs.descriptors.count == 1)
        #expect(scratch.exists("access.log"))
    }

    @Test func `a log that is a directory is refused`() {
        #expect(throws: FileReader.Failure.self) { try AccessLogBook.check(scratch.path) }
        #expect(AccessLogBook().open([scratch.path]).problems.count == 1)
    }

    @Test func `standard streams are logs without being opened`() {
        var book = AccessLogBook()
        book.keep(book.open(["/dev/stdout", "/dev/stderr"]))
        #expect(book.descriptors == [1, 2])
    }

    @Test func `a state directory is made for its owner alone and a file in its place is refused`() throws {
        let path = scratch.path("state")
        try StateDirectory.prepare(path)
        try StateDirectory.prepare(path)
        var status = stat()
        #expect(unsafe stat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o700)
        let file = scratch.write("file", "")
        #expect(throws: FileReader.Failure.self) { try StateDirectory.prepare(file) }
        #expect(throws: FileReader.Failure.self) { try StateDirectory.prepare(file + "/below") }
    }
}
