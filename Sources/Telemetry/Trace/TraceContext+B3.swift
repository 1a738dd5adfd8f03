public import Substrate

/// The context as B3's fields, each with its line end.
extension TraceContext {
    /// `b3: {trace}-{span}-{sampling}`
    public func appendB3(isDebug: Bool, into buffer: inout ByteBuffer) {
        buffer.append("b3: ")
        appendTraceID(into: &buffer)
        buffer.append(ASCII.dash)
        buffer.append(hex16: parent)
        buffer.append(ASCII.dash)
        buffer.append(isDebug ? UInt8(ascii: "d") : isSampled ? UInt8(ascii: "1") : ASCII.zero)
        buffer.append("\r\n")
    }

    /// `x-b3-traceid`, `x-b3-spanid`, and `x-b3-sampled` or, for debug, `x-b3-flags: 1`.
    public func appendB3Multi(isDebug: Bool, into buffer: inout ByteBuffer) {
        buffer.append("x-b3-traceid: ")
        appendTraceID(into: &buffer)
        buffer.append("\r\nx-b3-spanid: ")
        buffer.append(hex16: parent)
        if isDebug {
            buffer.append("\r\nx-b3-flags: 1\r\n")
        } else {
            buffer.append(isSampled ? "\r\nx-b3-sampled: 1\r\n" : "\r\nx-b3-sampled: 0\r\n")
        }
    }
}
