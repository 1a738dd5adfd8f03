import FuzzKit
import Substrate

@testable import Cryptography

/// How a stream of records ends.
enum StreamEnding: Equatable { case waits, closed, fault(RecordFault) }

/// What the record layer makes of a stream that comes in pieces, read into rooms of `room` bytes.
struct StreamReading {
    private(set) var plaintext: [UInt8] = []
    private(set) var ending = StreamEnding.waits
    /// What we sent without being asked by the application.
    private(set) var answer: [UInt8] = []

    init(_ wire: [UInt8], isClient: Bool, piece: Int, room: Int) {
        let secrets = RecordScript.secrets
        guard
            let layer = RecordLayer(
                .aes128GCM, isClient: isClient, clientSecret: secrets.client, serverSecret: secrets.server)
        else { fatalError("OpenSSL knows AES-128-GCM") }
        var stream = RecordStream(layer)
        var output = ByteBuffer()
        var space = [UInt8](repeating: 0, count: room)
        var index = 0
        while ending == .waits {
            let window = Array(wire[index..<(piece >= wire.count - index ? wire.count : index + piece)])
            var consumed = 0
            do throws(RecordFault) {
                let step = try window.withBytes { (input) throws(RecordFault) in
                    try unsafe space.withUnsafeMutableBufferPointer { (space) throws(RecordFault) in
                        try unsafe stream.read(input, into: space, output: &output, consumed: &consumed)
                    }
                }
                always(consumed >= 0 && consumed <= window.count, "what is consumed was there")
                switch step {
                case .content(let count):
                    always(count > 0 && count <= room, "content fits its room")
                    plaintext += space[..<count]
                case .needsInput:
                    always(
                        consumed == window.count && !stream.hasPending, "whoever waits has taken everything")
                    if index + consumed == wire.count {
                        answer = output.bytes.array
                        return
                    }
                case .closed: ending = .closed
                }
            } catch {
                ending = .fault(error)
            }
            index += consumed
        }
        answer = output.bytes.array
    }
}
