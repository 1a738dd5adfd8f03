import Substrate

/// Where a message's body ends (RFC 9112 §6.3), for requests and responses alike.
struct BodyDecoder: BitwiseCopyable {
    enum Framing: UInt8, BitwiseCopyable {
        case complete, fixed, chunkHeader, chunkData, chunkEnd, trailers, untilClose
    }

    private(set) var framing = Framing.complete
    /// Of the body or of the chunk.
    private var remainingBytes: Int64 = 0
    private var trailerScanner = SectionScanner()

    static func fixed(_ bytes: Int64) -> BodyDecoder {
        var body = BodyDecoder()
        body.framing = bytes > 0 ? .fixed : .complete
        body.remainingBytes = bytes
        return body
    }

    static var chunked: BodyDecoder {
        var body = BodyDecoder()
        body.framing = .chunkHeader
        return body
    }

    static var untilClose: BodyDecoder {
        var body = BodyDecoder()
        body.framing = .untilClose
        return body
    }

    var isComplete: Bool { framing == .complete }

    /// The sender closed: the end of a body that has no other.
    mutating func close() { framing = .complete }

    /// Appends what `input` holds from `start` on, and returns the index of the first byte not consumed.
    mutating func decode(
        _ input: Bytes, from start: Int, limits: HTTP1Limits, heads: inout HeadPool,
        events: inout EventBuffer
    ) throws(HTTP1Fault) -> Int {
        var index = start
        while framing != .complete, index < input.count {
            switch framing {
            case .complete: return index
            case .untilClose:
                Self.append(index, input.count, to: &events)
                return input.count
            case .fixed, .chunkData:
                let available = input.count &- index
                let taken = Int(Swift.min(Int64(available), remainingBytes))
                Self.append(index, index &+ taken, to: &events)
                index &+= taken
                remainingBytes &-= Int64(taken)
                if remainingBytes == 0 { framing = framing == .fixed ? .complete : .chunkEnd }
            case .chunkEnd:
                if input[index] != ASCII.carriageReturn { throw .chunkDataUnterminated }
                guard index &+ 1 < input.count else { return index }
                if input[index &+ 1] != ASCII.lineFeed { throw .chunkDataUnterminated }
                index &+= 2
                framing = .chunkHeader
            case .chunkHeader:
                let rest = input.dropFirst(index)
                guard let chunk = try ChunkHeader.parse(rest, maxBytes: limits.maxChunkHeaderBytes) else {
                    return index
                }
                index &+= chunk.headerBytes
                remainingBytes = chunk.sizeBytes
                framing = chunk.sizeBytes == 0 ? .trailers : .chunkData
                trailerScanner = SectionScanner()
            case .trailers:
                let section = input.dropFirst(index)
                guard let end = try trailers(section, limits: limits, heads: &heads) else { return index }
                if end > 2 {
                    events.append(
                        MessageEvent(kind: .trailers, range: ByteRange(offset: index, count: end &- 2)))
                }
                index &+= end
                framing = .complete
            }
        }
        return index
    }

    private mutating func trailers(
        _ section: Bytes, limits: HTTP1Limits, heads: inout HeadPool
    ) throws(HTTP1Fault) -> Int? {
        let isWhole = trailerScanner.findsEnd(in: section)
        let isOver =
            section.count > limits.maxTrailerBytes || Int(trailerScanner.lines) > limits.effectiveMaxFields
        guard isWhole || isOver else { return nil }
        return try Trailers.check(section, limits: limits, heads: &heads)
    }

    private static func append(_ start: Int, _ end: Int, to events: inout EventBuffer) {
        events.append(MessageEvent(kind: .body, range: ByteRange(offset: start, count: end &- start)))
    }
}
