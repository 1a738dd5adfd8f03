import FuzzKit
import Substrate

@testable import HTTPWire

/// What the decoder says of a chunked body that comes in pieces.
struct ChunkedReading {
    private(set) var body: [UInt8] = []
    private(set) var trailers: [UInt8] = []
    private(set) var fault = HTTP1Fault.none
    private(set) var isComplete = false
    private(set) var consumed = 0

    init(_ wire: [UInt8], piece: Int) {
        var heads = HeadPool()
        var events = EventBuffer()
        var decoder = BodyDecoder.chunked
        var end = 0
        while end < wire.count, !decoder.isComplete, fault == .none {
            end = piece >= wire.count - end ? wire.count : end + piece
            let window = Array(wire[consumed..<end])
            let taken = window.withBytes { input in
                do throws(HTTP1Fault) {
                    return try decoder.decode(
                        input, from: 0, limits: HTTP1Limits(), heads: &heads, events: &events)
                } catch {
                    fault = error
                    return 0
                }
            }
            always(taken >= 0 && taken <= window.count, "what is consumed was there")
            for index in 0..<events.count {
                let event = events[index]
                let bytes = Array(window[Int(event.range.offset)..<event.range.end])
                if event.kind == .trailers { trailers += bytes } else { body += bytes }
            }
            events.removeAll()
            consumed += taken
        }
        isComplete = decoder.isComplete
        always(heads.outstanding == 0, "every head finds its owner")
    }
}
