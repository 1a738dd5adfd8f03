import COpenSSL
import Substrate
import Testing

@testable import Cryptography

/// Our record layer against OpenSSL's, in both roles and with every suite.
@Suite struct RecordInteropTests {
    static let suites = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"]

    func pattern(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 29 >> 2) } }

    @Test(arguments: suites, [true, false])
    func `data of every size around a record passes both ways`(suite: String, weAreServer: Bool) throws {
        let pair = try MixedPair(weAreServer: weAreServer, .init(suite: suite))
        #expect(pair.weHaveLeftOpenSSL)
        for size in [1, 15, 16, 17, 1_024, 16_383, 16_384, 16_385, 70_000] {
            let body = pattern(size)
            #expect(pair.weWrite(body))
            #expect(pair.peerReads() == (body, SSL_ERROR_WANT_READ))
            #expect(pair.peer.write(body))
            #expect(pair.weRead() == (body, .needsInput))
            #expect(pair.peer.write(body))
            #expect(pair.weRead(chunk: 1_007) == (body, .needsInput))
        }
        #expect(!pair.weOwe)
    }

    @Test(arguments: suites, [true, false])
    func `the peer's key updates are followed, and answered where it asks`(
        suite: String, weAreServer: Bool
    ) throws {
        let pair = try MixedPair(weAreServer: weAreServer, .init(suite: suite))
        for round in 0..<5 {
            #expect(pair.peer.updateKey(asksBack: false))
            #expect(pair.peer.write(pattern(100 + round)))
            #expect(pair.weRead(chunk: 3) == (pattern(100 + round), .needsInput))
            #expect(!pair.weOwe)
            #expect(pair.peer.updateKey(asksBack: true))
            #expect(pair.peer.write(pattern(200 + round)))
            #expect(pair.weRead() == (pattern(200 + round), .needsInput))
            #expect(pair.weOwe)
            #expect(pair.weWrite(pattern(300 + round)))
            #expect(pair.peerReads() == (pattern(300 + round), SSL_ERROR_WANT_READ))
        }
    }

    @Test func `a server's tickets are passed over, however they are cut`() throws {
        for chunk in [1, 7, 300, Int.max] {
            let pair = try MixedPair(weAreServer: false, .init(tickets: 3))
            #expect(pair.peer.write(pattern(50)))
            #expect(pair.weRead(chunk: chunk) == (pattern(50), .needsInput))
            #expect(!pair.weOwe)
        }
    }

    @Test(arguments: [2, 512, 4_096, 16_384])
    func `padding is taken off`(padding: Int) throws {
        let pair = try MixedPair(weAreServer: true, .init(padding: padding))
        for size in [1, 511, 4_095, 16_384] {
            #expect(pair.peer.write(pattern(size)))
            #expect(pair.weRead() == (pattern(size), .needsInput))
        }
    }

    @Test func `zeros at the end of content are content`() throws {
        let pair = try MixedPair(weAreServer: true, .init(padding: 64))
        let body: [UInt8] = [1, 0, 0, 0]
        #expect(pair.peer.write(body))
        #expect(pair.weRead() == (body, .needsInput))
        #expect(pair.weWrite(body))
        #expect(pair.peerReads() == (body, SSL_ERROR_WANT_READ))
    }

    @Test(arguments: [true, false])
    func `either side says goodbye, and the other understands`(weAreServer: Bool) throws {
        let pair = try MixedPair(weAreServer: weAreServer)
        #expect(pair.weWrite(pattern(10)))
        pair.weShutDown()
        pair.weShutDown()
        #expect(pair.peerReads() == (pattern(10), SSL_ERROR_ZERO_RETURN))
        #expect(pair.peer.write(pattern(20)))
        pair.peer.shutDown()
        #expect(pair.weRead() == (pattern(20), .closed))
        #expect(pair.weRead() == ([], .closed))
        #expect(pair.weInputEnded() == nil)
        #expect(!pair.weWrite(pattern(1)))
    }

    @Test func `a key update that asks back is obeyed in silence after our goodbye`() throws {
        let pair = try MixedPair(weAreServer: true)
        pair.weShutDown()
        pair.fromUs.removeAll()
        #expect(pair.peer.updateKey(asksBack: true))
        #expect(pair.peer.write(pattern(5)))
        #expect(pair.weRead() == (pattern(5), .needsInput))
        #expect(!pair.weOwe)
    }

    @Test func `a broken record is answered with an alert that OpenSSL understands`() throws {
        let pair = try MixedPair(weAreServer: true)
        #expect(pair.peer.write(pattern(30)))
        pair.peer.send(&pair.fromPeer)
        let changed = [pair.fromPeer.bytes[9] ^ 0x10]
        changed.withBytes { pair.fromPeer.overwrite(at: 9, with: $0) }
        #expect(pair.weRead() == ([], .failed(.protocolError)))
        #expect(pair.peerReads().stop == SSL_ERROR_SSL)
        #expect(ERR_GET_REASON(ERR_peek_error()) == SSL_AD_REASON_OFFSET + 20)
        ERR_clear_error()
    }
}
