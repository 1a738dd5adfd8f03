import FuzzKit
import Substrate

@testable import HTTPWire

/// A chunked body: read alike however it is cut, and exactly what a second, simple reader makes of it.
@_cdecl("FuzzChunkedBody_main")
func main(_: Int32, _: UnsafePointer<UnsafePointer<CChar>?>?) -> Int32 {
    Fuzzing.main { input in
        let wire = input.array
        let whole = ChunkedReading(wire, piece: .max)
        let split = ChunkedReading(wire, piece: 1)
        always(whole.fault == split.fault, "cuts change no fault: \(whole.fault), \(split.fault)")
        always(whole.body == split.body, "cuts change no byte")
        always(whole.isComplete == split.isComplete && whole.trailers == split.trailers, "cuts change no end")
        guard whole.isComplete else {
            // Of what is refused, the simple reader may take only what breaks a limit or holds trailers.
            if case .complete(_, let trailers, _) = ChunkedOracle.read(wire), trailers.isEmpty {
                let isLimit = whole.fault == .chunkHeaderTooLong || whole.fault == .chunkSizeOverflow
                always(isLimit, "a body that is whole is taken: \(whole.fault)")
            }
            return
        }
        guard case .complete(let body, let trailers, let consumed) = ChunkedOracle.read(wire) else {
            always(false, "what is taken is a body to a simple reader")
            return
        }
        always(whole.body == body, "every reader gets the same bytes")
        always(whole.trailers == trailers, "and the same trailers")
        always(whole.consumed == consumed && split.consumed == consumed, "and goes on at the same place")
        let again = ChunkedReading(encoded(body), piece: .max)
        always(again.isComplete && again.body == body, "what is written is read")
    }
}

private func encoded(_ body: [UInt8]) -> [UInt8] {
    var output = ByteBuffer()
    if !body.isEmpty {
        HTTP1Encoder.chunkHeader(size: body.count, into: &output)
        body.withBytes { output.append($0) }
        HTTP1Encoder.chunkEnd(into: &output)
    }
    HTTP1Encoder.lastChunk(into: &output)
    return output.bytes.array
}
