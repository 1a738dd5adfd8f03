import HTTPWire
import Substrate

/// Lends a request's head, as the decoder reads it.
func withHead<Result>(_ text: String, _ body: (MessageHead) -> Result) -> Result? {
    var heads = HeadPool()
    var events = EventBuffer()
    var decoder = HTTP1RequestDecoder()
    return Array(text.utf8).withBytes { input in
        _ = decoder.decode(input, limits: HTTP1Limits(), heads: &heads, events: &events)
        guard events.count > 0, let head = events[0].head else { return nil }
        let result = body(head)
        heads.release(head)
        return result
    }
}

/// What `body` writes, as text.
func written(_ body: (inout ByteBuffer) -> Void) -> String {
    var buffer = ByteBuffer()
    body(&buffer)
    return buffer.bytes.text
}
