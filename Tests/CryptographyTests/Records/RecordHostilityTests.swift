import Substrate
import Testing

@testable import Cryptography

/// What a peer with the right keys may send, and what it may not.
@Suite struct RecordHostilityTests {
    enum Ending: Equatable {
        case content([UInt8])
        case quiet
        case closed
        case refused(RecordFault)
    }

    /// A record layer, and a peer that seals what it likes.
    final class Victim {
        let peer: CraftedRecords
        var stream: RecordStream
        var output = ByteBuffer()

        init(isClient: Bool = false) throws {
            let secret = try #require(
                Array(RecordVectorTests.clientSecret.utf8).withBytes { TrafficSecret(hex: $0) })
            peer = CraftedRecords(secret)
            guard
                let layer = RecordLayer(
                    .aes128GCM, isClient: isClient, clientSecret: secret, serverSecret: secret)
            else { throw RecordFault.library }
            stream = RecordStream(layer)
        }

        func takes(_ wire: [UInt8], room: Int = 17_000) -> Ending {
            var space = [UInt8](repeating: 0, count: room)
            var consumed = 0
            do {
                let step = try wire.withBytes { (input) throws(RecordFault) in
                    try unsafe space.withUnsafeMutableBufferPointer { (room) throws(RecordFault) in
                        try unsafe stream.read(input, into: room, output: &output, consumed: &consumed)
                    }
                }
                switch step {
                case .content(let count): return .content(Array(space[..<count]))
                case .needsInput: return .quiet
                case .closed: return .closed
                }
            } catch { return .refused(error) }
        }

        var answer: [UInt8] { output.bytes.array }
    }

    @Test func `an honest record is taken`() throws {
        let victim = try Victim()
        #expect(victim.takes(victim.peer.record([1, 2, 3], 23)) == .content([1, 2, 3]))
        #expect(victim.takes(victim.peer.record([4], 23, padding: 900)) == .content([4]))
    }

    @Test func `every byte of a record matters`() throws {
        let length = try Victim().peer.record([7, 8, 9], 23).count
        for index in 0..<length {
            let victim = try Victim()
            var wire = victim.peer.record([7, 8, 9], 23)
            wire[index] ^= 0x01
            let ending = victim.takes(wire)
            switch index {
            case 0: #expect(ending == .refused(.broken(.unexpectedMessage)))
            // More bytes are waited for.
            case 3, 4: #expect(ending == .quiet)
            default: #expect(ending == .refused(.broken(.badRecordMAC)), "byte \(index)")
            }
        }
    }

    @Test(arguments: [UInt8(0), 20, 21, 22, 24, 255])
    func `nothing unprotected is taken`(type: UInt8) throws {
        let victim = try Victim()
        #expect(victim.takes([type, 3, 3, 0, 1, 1]) == .refused(.broken(.unexpectedMessage)))
    }

    @Test func `a record is longer than its tag and no longer than the limit`() throws {
        for length in 0...16 {
            let victim = try Victim()
            let wire = [23, 3, 3, 0, UInt8(length)] + [UInt8](repeating: 0, count: length)
            #expect(victim.takes(wire) == .refused(.broken(.badRecordMAC)))
        }
        let atLimit = TLSLimits.maxProtectedBytes
        let victim = try Victim()
        #expect(victim.takes([23, 3, 3, UInt8(atLimit >> 8), UInt8(atLimit & 0xFF)]) == .quiet)
        let past = try Victim()
        let header: [UInt8] = [23, 3, 3, UInt8((atLimit + 1) >> 8), UInt8((atLimit + 1) & 0xFF)]
        #expect(past.takes(header) == .refused(.broken(.recordOverflow)))
    }

    @Test func `inner plaintext ends at its limit`() throws {
        let victim = try Victim()
        let full = [UInt8](repeating: 5, count: TLSLimits.maxRecordBytes)
        #expect(victim.takes(victim.peer.record(full, 23)) == .content(full))
        #expect(victim.takes(victim.peer.record([5], 23, padding: 16_383)) == .content([5]))
        #expect(victim.takes(victim.peer.record(full, 23, padding: 1)) == .refused(.broken(.recordOverflow)))
    }

    @Test func `a record of zeros has no type`() throws {
        let victim = try Victim()
        let wire = victim.peer.record(inner: [UInt8](repeating: 0, count: 40))
        #expect(victim.takes(wire) == .refused(.broken(.unexpectedMessage)))
    }

    @Test(arguments: [UInt8(1), 19, 20, 24, 25, 255])
    func `an unknown inner type is refused`(type: UInt8) throws {
        let victim = try Victim()
        #expect(victim.takes(victim.peer.record([1], type)) == .refused(.broken(.unexpectedMessage)))
    }

    @Test func `whatever the inner plaintext is, it is taken or refused`() throws {
        var random = RandomSource(seed: 8446)
        let types: [UInt8] = [0, 20, 21, 22, 23, 24]
        for round in 0..<4_000 {
            let victim = try Victim(isClient: round % 2 == 0)
            for _ in 0..<4 {
                var inner = (0...random.next(below: 40)).map { _ in
                    // Few values, so that headers of messages come together.
                    random.next(below: 2) == 0
                        ? UInt8(random.next(below: 5)) : [24, 13, 20, 255][Int(random.next(below: 4))]
                }
                inner.append(types[Int(random.next(below: 6))])
                let ending = victim.takes(victim.peer.record(inner: inner))
                if case .content(let content) = ending { #expect(inner.starts(with: content)) }
                if case .refused = ending { break }
                // Its key has changed: the peer's would have too.
                if !victim.answer.isEmpty { break }
            }
        }
    }

    @Test func `records that bring nothing are counted`() throws {
        let victim = try Victim()
        for _ in 0..<3 {
            for _ in 0..<TLSLimits.maxQuietRecords {
                #expect(victim.takes(victim.peer.record([], 23)) == .quiet)
            }
            #expect(victim.takes(victim.peer.record([1], 23)) == .content([1]))
        }
        var wire: [UInt8] = []
        for _ in 0...TLSLimits.maxQuietRecords { wire += victim.peer.record([], 23, padding: 3) }
        #expect(victim.takes(wire) == .refused(.broken(.unexpectedMessage)))
    }

    @Test func `a small room gets the rest later`() throws {
        let victim = try Victim()
        #expect(victim.takes(victim.peer.record([1, 2, 3, 4, 5], 23), room: 2) == .content([1, 2]))
        #expect(victim.takes([], room: 2) == .content([3, 4]))
        #expect(victim.takes([], room: 2) == .content([5]))
        #expect(victim.takes([], room: 2) == .quiet)
    }

    // MARK: Alerts

    @Test func `alerts are two bytes long, and all but two of them are fatal`() throws {
        #expect(try Victim().with { $0.takes($0.peer.record([1, 0], 21)) } == .closed)
        #expect(try Victim().with { $0.takes($0.peer.record([2, 0], 21)) } == .closed)
        #expect(try Victim().with { $0.takes($0.peer.record([1, 90], 21)) } == .quiet)
        #expect(try Victim().with { $0.takes($0.peer.record([1, 40], 21)) } == .refused(.peerAlert(40)))
        for content: [UInt8] in [[], [1], [1, 0, 0]] {
            let ending = try Victim().with { $0.takes($0.peer.record(content, 21)) }
            #expect(ending == .refused(.broken(.decodeError)))
        }
    }

    // MARK: Handshake messages

    @Test func `a handshake message is what it may be`() throws {
        let refused: [([UInt8], Bool, TLSAlert)] = [
            ([], false, .unexpectedMessage),
            ([24, 0, 0, 1, 2], false, .illegalParameter),
            ([24, 0, 0, 2, 0, 0], false, .decodeError),
            ([24, 0, 0, 0], false, .decodeError),
            // Behind a key update nothing can follow under the same key.
            ([24, 0, 0, 1, 0, 24], false, .unexpectedMessage),
            ([20, 0, 0, 1, 0], false, .unexpectedMessage),
            // Tickets come from servers only, and a certificate is asked for in the handshake only.
            ([4, 0, 0, 1, 0], false, .unexpectedMessage),
            ([13, 0, 0, 1, 0], true, .unexpectedMessage),
            ([4, 0, 0, 0], true, .decodeError),
            ([4, 1, 0, 1], true, .decodeError),
        ]
        for (content, isClient, alert) in refused {
            let victim = try Victim(isClient: isClient)
            #expect(victim.takes(victim.peer.record(content, 22)) == .refused(.broken(alert)), "\(content)")
        }
    }

    @Test func `a ticket may have the longest length and be cut anywhere`() throws {
        let victim = try Victim(isClient: true)
        #expect(victim.takes(victim.peer.record([4, 1, 0], 22)) == .quiet)
        #expect(victim.takes(victim.peer.record([0], 22)) == .quiet)
        let piece = [UInt8](repeating: 9, count: 16_384)
        for _ in 0..<4 { #expect(victim.takes(victim.peer.record(piece, 22)) == .quiet) }
        #expect(victim.takes(victim.peer.record([1], 23)) == .content([1]))
    }

    @Test func `nothing comes between the parts of a message`() throws {
        for other: ([UInt8], UInt8) in [([1], 23), ([1, 0], 21)] {
            let victim = try Victim(isClient: true)
            #expect(victim.takes(victim.peer.record([4, 0, 0, 9, 1], 22)) == .quiet)
            let ending = victim.takes(victim.peer.record(other.0, other.1))
            #expect(ending == .refused(.broken(.unexpectedMessage)))
        }
    }

    @Test func `a key update may be cut, and the old key is then no good`() throws {
        let victim = try Victim()
        #expect(victim.takes(victim.peer.record([24, 0], 22)) == .quiet)
        #expect(victim.takes(victim.peer.record([0, 1, 0], 22)) == .quiet)
        #expect(victim.answer.isEmpty)
        #expect(victim.takes(victim.peer.record([1], 23)) == .refused(.broken(.badRecordMAC)))
    }

    // MARK: Our own keys

    @Test func `a key is changed before it has sealed too many records`() throws {
        let secret = try #require(
            Array(RecordVectorTests.clientSecret.utf8).withBytes { TrafficSecret(hex: $0) })
        guard
            var writer = RecordLayer(
                .aes128GCM, isClient: true, clientSecret: secret, serverSecret: secret, recordsPerKey: 4)
        else { throw RecordFault.library }
        let reader = try Victim()
        var wire = ByteBuffer()
        var records = 0
        for value in UInt8(1)...40 {
            let isWritten = [value].withBytes { writer.write($0, output: &wire) }
            #expect(isWritten)
            records += wire.count > 23 ? 2 : 1
            let sent = wire.bytes.array
            wire.removeAll()
            #expect(reader.takes(sent) == .content([value]))
        }
        // Three of each key are data, the fourth changes it.
        #expect(records == 40 + 39 / 3)
    }
}

extension RecordHostilityTests.Victim {
    func with<Result>(_ body: (RecordHostilityTests.Victim) -> Result) -> Result { body(self) }
}
