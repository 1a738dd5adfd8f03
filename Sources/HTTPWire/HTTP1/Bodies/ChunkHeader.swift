import Substrate

/// One chunk header: `1*HEXDIG [ chunk-ext ] CRLF` (RFC 9112 §7.1). Extensions are skipped, never forwarded.
struct ChunkHeader {
    var sizeBytes: Int64
    /// Bytes of the header itself, CRLF included.
    var headerBytes: Int

    /// Nil when `input` ends before the header does.
    static func parse(_ input: Bytes, maxBytes: Int) throws(HTTP1Fault) -> ChunkHeader? {
        let window = input.prefix(Swift.max(0, maxBytes))
        var size: UInt64 = 0
        var index = 0
        while index < window.count, let digit = ASCII.hexValue(window[index]) {
            if index == HTTP1Limits.maxChunkSizeDigits { throw .chunkSizeOverflow }
            size = size << 4 | UInt64(digit)
            index &+= 1
        }
        if size > UInt64(Int64.max) { throw .chunkSizeOverflow }
        if index < window.count {
            guard index > 0 else { throw window.lineFault(at: 0, .chunkSizeInvalid) }
            switch window[index] {
            case ASCII.carriageReturn: break
            case ASCII.semicolon:
                index = window.firstControl(from: index)
                while index < window.count, window[index] == ASCII.tab {
                    index = window.firstControl(from: index &+ 1)
                }
            case ASCII.lineFeed: throw .bareLineFeed
            default: throw .chunkSizeInvalid
            }
        }
        guard index &+ 1 < window.count else {
            // First what would be found byte by byte.
            if index < window.count, window[index] != ASCII.carriageReturn {
                throw extensionFault(window[index])
            }
            if input.count > window.count { throw .chunkHeaderTooLong }
            return nil
        }
        if window[index] != ASCII.carriageReturn { throw extensionFault(window[index]) }
        if window[index &+ 1] != ASCII.lineFeed { throw .bareCarriageReturn }
        return ChunkHeader(sizeBytes: Int64(bitPattern: size), headerBytes: index &+ 2)
    }

    private static func extensionFault(_ byte: UInt8) -> HTTP1Fault {
        byte == ASCII.lineFeed ? .bareLineFeed : .chunkExtensionInvalid
    }
}
