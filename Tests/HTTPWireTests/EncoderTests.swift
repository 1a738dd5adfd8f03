import HTTPWire
import Substrate
import Testing

@Suite struct EncoderTests {
    private func encoded(_ write: (inout ByteBuffer) -> Void) -> String {
        var output = ByteBuffer()
        write(&output)
        return output.bytes.text
    }

    @Test func `every status line is code and canonical phrase`() {
        for code: UInt16 in 100...999 {
            let phrase = Bytes(HTTPStatus.phrase(code)).text
            #expect(encoded { HTTP1Encoder.statusLine(code, into: &$0) } == "HTTP/1.1 \(code) \(phrase)\r\n")
        }
        #expect(Bytes(HTTPStatus.phrase(404)).text == "Not Found")
        #expect(Bytes(HTTPStatus.phrase(599)).text == "")
    }

    @Test func `every reason answers with a known phrase`() {
        for reason in ReasonCode.allCases where reason.status > 0 {
            #expect(!Bytes(HTTPStatus.phrase(reason.status)).isEmpty)
        }
    }

    @Test func `writes request lines, fields and chunks`() {
        let text = encoded {
            HTTP1Encoder.requestLine(
                methodName: Bytes("GET"), path: Bytes("/a"), query: Bytes(), hasQuery: true, into: &$0)
            HTTP1Encoder.requestLine(methodName: Bytes("OPTIONS"), target: Bytes("*"), into: &$0)
            HTTP1Encoder.field(name: Bytes("A"), value: Bytes("b"), into: &$0)
            HTTP1Encoder.field("content-length", decimal: 0, into: &$0)
            HTTP1Encoder.field("c", "d", into: &$0)
            HTTP1Encoder.field("e", Bytes("f"), into: &$0)
            HTTP1Encoder.endOfHead(into: &$0)
            HTTP1Encoder.chunkHeader(size: 0xABC0, into: &$0)
            HTTP1Encoder.chunkEnd(into: &$0)
            HTTP1Encoder.lastChunk(into: &$0)
            HTTP1Encoder.lastChunk(trailers: Bytes("A: b\r\n"), into: &$0)
        }
        #expect(
            text
                == "GET /a? HTTP/1.1\r\nOPTIONS * HTTP/1.1\r\nA: b\r\ncontent-length: 0\r\nc: d\r\ne: f\r\n\r\n"
                + "abc0\r\n\r\n0\r\n\r\n0\r\nA: b\r\n\r\n")
    }

    @Test func `every fault has an explanation and an answer`() {
        for fault in HTTP1Fault.allCases where fault != .none {
            #expect(!Bytes(fault.explanation).isEmpty)
            #expect(fault.requestReason != .none)
            #expect(fault.responseReason != .none)
        }
    }
}
