public import Substrate

/// Writes HTTP/1.1 messages. Appends to a buffer and checks nothing: names and values come from a decoded message or
/// from this process, and hold no CR, LF or NUL.
public enum HTTP1Encoder {
    // MARK: Start lines

    /// `HTTP/1.1 200 OK CRLF`, with the canonical phrase whatever an upstream sent.
    ///
    /// - Parameter status: 100 to 999.
    public static func statusLine(_ status: UInt16, into output: inout ByteBuffer) {
        switch status {
        case 200: output.append("HTTP/1.1 200 OK\r\n")
        case 201: output.append("HTTP/1.1 201 Created\r\n")
        case 202: output.append("HTTP/1.1 202 Accepted\r\n")
        case 204: output.append("HTTP/1.1 204 No Content\r\n")
        case 304: output.append("HTTP/1.1 304 Not Modified\r\n")
        case 400: output.append("HTTP/1.1 400 Bad Request\r\n")
        case 401: output.append("HTTP/1.1 401 Unauthorized\r\n")
        case 403: output.append("HTTP/1.1 403 Forbidden\r\n")
        case 404: output.append("HTTP/1.1 404 Not Found\r\n")
        case 503: output.append("HTTP/1.1 503 Service Unavailable\r\n")
        default:
            output.append("HTTP/1.1 ")
            output.append(decimal: UInt64(status))
            // The space is part of the line even without a phrase (RFC 9112 §4).
            output.append(ASCII.space)
            output.append(HTTPStatus.phrase(status))
            endOfLine(into: &output)
        }
    }

    /// `POST /path?query HTTP/1.1 CRLF`.
    ///
    /// - Parameter query: without its `?`; written if `hasQuery`, even when it is empty.
    public static func requestLine(
        methodName: Bytes, path: Bytes, query: Bytes, hasQuery: Bool, into output: inout ByteBuffer
    ) {
        output.append(methodName)
        output.append(ASCII.space)
        output.append(path)
        if hasQuery {
            output.append(ASCII.question)
            output.append(query)
        }
        output.append(" HTTP/1.1\r\n")
    }

    public static func requestLine(methodName: Bytes, target: Bytes, into output: inout ByteBuffer) {
        requestLine(methodName: methodName, path: target, query: Bytes(), hasQuery: false, into: &output)
    }

    /// The request line of a decoded head: its canonical path, and its query as received.
    public static func requestLine(of head: MessageHead, into output: inout ByteBuffer) {
        let facts = head.facts
        requestLine(
            methodName: head[facts.methodName], path: head[facts.path], query: head[facts.query],
            hasQuery: facts.hasQuery, into: &output)
    }

    // MARK: Field lines

    public static func field(name: Bytes, value: Bytes, into output: inout ByteBuffer) {
        output.reserve(name.count &+ value.count &+ 4)
        output.append(name)
        output.append(": ")
        output.append(value)
        endOfLine(into: &output)
    }

    public static func field(_ name: StaticString, _ value: Bytes, into output: inout ByteBuffer) {
        field(name: Bytes(name), value: value, into: &output)
    }

    public static func field(_ name: StaticString, _ value: StaticString, into output: inout ByteBuffer) {
        field(name: Bytes(name), value: Bytes(value), into: &output)
    }

    public static func field(_ name: StaticString, decimal value: UInt64, into output: inout ByteBuffer) {
        output.append(name)
        output.append(": ")
        output.append(decimal: value)
        endOfLine(into: &output)
    }

    /// One field line of a decoded head, its name's case as received.
    public static func field(_ line: HeaderField, of head: MessageHead, into output: inout ByteBuffer) {
        field(name: head[line.name], value: head[line.value], into: &output)
    }

    /// The empty line behind the fields of a head or of a trailer section.
    public static func endOfHead(into output: inout ByteBuffer) { endOfLine(into: &output) }

    // MARK: Chunks (RFC 9112 §7.1)

    /// Precedes `size` bytes of data, which `chunkEnd` follows. `size` is not 0: that would be the last chunk.
    public static func chunkHeader(size: Int, into output: inout ByteBuffer) {
        precondition(size > 0, "an empty chunk ends the body")
        output.append(hex: UInt64(size))
        endOfLine(into: &output)
    }

    public static func chunkEnd(into output: inout ByteBuffer) { endOfLine(into: &output) }

    /// Ends a chunked body without trailers.
    public static func lastChunk(into output: inout ByteBuffer) { output.append("0\r\n\r\n") }

    /// Ends a chunked body; `trailers` is the range of a `trailers` event: whole, checked field lines.
    public static func lastChunk(trailers: Bytes, into output: inout ByteBuffer) {
        output.append("0\r\n")
        output.append(trailers)
        endOfLine(into: &output)
    }

    private static func endOfLine(into output: inout ByteBuffer) { output.append("\r\n") }
}
