import HTTPWire
import Substrate
import Testing

/// Attack list (1): bytes on which two parsers could disagree about where a message ends.
@Suite struct HostileFramingTests {
    struct Attack: CustomTestStringConvertible, Sendable {
        var name: String
        var wire: String
        var fault: HTTP1Fault
        var status: UInt16 = 400
        var testDescription: String { name }
    }

    private static func post(_ name: String, _ fields: [String], _ fault: HTTP1Fault, _ status: UInt16 = 400)
        -> Attack
    {
        Attack(
            name: name, wire: request("POST / HTTP/1.1", ["Host: a"] + fields, body: "0\r\n\r\n"),
            fault: fault, status: status)
    }

    private static func chunks(_ name: String, _ body: String, _ fault: HTTP1Fault) -> Attack {
        Attack(
            name: name,
            wire: request("POST / HTTP/1.1", ["Host: a", "Transfer-Encoding: chunked"], body: body),
            fault: fault, status: fault.requestReason.status)
    }

    static let lengths: [Attack] = [
        post("CL.TE", ["Content-Length: 5", "Transfer-Encoding: chunked"], .lengthAndCoding),
        post("TE.CL", ["Transfer-Encoding: chunked", "Content-Length: 5"], .lengthAndCoding),
        post("CL and unknown TE", ["Content-Length: 5", "Transfer-Encoding: xchunked"], .lengthAndCoding),
        post("duplicate CL", ["Content-Length: 5", "Content-Length: 6"], .contentLengthDuplicate),
        post("duplicate equal CL", ["Content-Length: 5", "content-length: 5"], .contentLengthDuplicate),
        post("empty CL, CVE-2023-40225", ["Content-Length:"], .contentLengthInvalid),
        post("blank CL", ["Content-Length:  \t"], .contentLengthInvalid),
        post("list CL", ["Content-Length: 5, 5"], .contentLengthInvalid),
        post("plus CL", ["Content-Length: +5"], .contentLengthInvalid),
        post("minus CL", ["Content-Length: -5"], .contentLengthInvalid),
        post("hex CL", ["Content-Length: 0x5"], .contentLengthInvalid),
        post("CL with a space inside", ["Content-Length: 1 0"], .contentLengthInvalid),
        post("CL past Int64", ["Content-Length: 9223372036854775808"], .contentLengthOverflow),
        post(
            "CL past UInt64, CVE-2021-40346", ["Content-Length: 18446744073709551621"], .contentLengthOverflow
        ),
        post(
            "CL of 40 digits", ["Content-Length: " + String(repeating: "0", count: 40)],
            .contentLengthOverflow),
        post(
            "long rubbish CL", ["Content-Length: " + String(repeating: "a", count: 40)], .contentLengthInvalid
        ),
    ]

    static let codings: [Attack] = [
        post("TE.TE xchunked", ["Transfer-Encoding: xchunked"], .transferCodingUnknown, 501),
        post("TE.TE identity", ["Transfer-Encoding: identity"], .transferCodingUnknown, 501),
        post("TE.TE gzip, chunked", ["Transfer-Encoding: gzip, chunked"], .transferCodingUnknown, 501),
        post("TE.TE chunked, identity", ["Transfer-Encoding: chunked, identity"], .transferCodingAmbiguous),
        post("TE.TE chunked,", ["Transfer-Encoding: chunked,"], .transferCodingAmbiguous),
        post("TE.TE ,chunked", ["Transfer-Encoding: ,chunked"], .transferCodingAmbiguous),
        post("TE.TE chunked, chunked", ["Transfer-Encoding: chunked, chunked"], .transferCodingAmbiguous),
        post(
            "TE.TE doubled", ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
            .transferCodingDuplicate),
        post(
            "TE.TE doubled, other", ["Transfer-Encoding: identity", "Transfer-Encoding: chunked"],
            .transferCodingDuplicate),
        post("TE empty", ["Transfer-Encoding:"], .transferCodingAmbiguous),
        post("TE quoted", ["Transfer-Encoding: \"chunked\""], .transferCodingAmbiguous),
        post("TE with a parameter", ["Transfer-Encoding: chunked;q=1"], .transferCodingAmbiguous),
        post("TE with vertical tab, CVE-2019-18277", ["Transfer-Encoding:\u{0B}chunked"], .controlInField),
        post("TE name with a blank", ["Transfer-Encoding : chunked"], .spaceBeforeColon),
        Attack(
            name: "HTTP/1.0 with TE, CVE-2026-2835",
            wire: request("POST / HTTP/1.0", ["Host: a", "Transfer-Encoding: chunked"], body: "0\r\n\r\n"),
            fault: .transferCodingInHTTP10),
    ]

    static let chunkHeaders: [Attack] = [
        chunks("no chunk size", "\r\n", .chunkSizeInvalid),
        chunks("no chunk size, extension", ";a\r\n", .chunkSizeInvalid),
        chunks("0x chunk size", "0x1\r\nx\r\n", .chunkSizeInvalid),
        chunks("plus chunk size", "+1\r\nx\r\n", .chunkSizeInvalid),
        chunks("minus chunk size", "-1\r\nx\r\n", .chunkSizeInvalid),
        chunks("blank before chunk size", " 1\r\nx\r\n", .chunkSizeInvalid),
        chunks("blank behind chunk size", "1 \r\nx\r\n", .chunkSizeInvalid),
        chunks("underscore in chunk size", "1_0\r\nx\r\n", .chunkSizeInvalid),
        chunks("chunk size past Int64", "8000000000000000\r\n", .chunkSizeOverflow),
        chunks("chunk size past 64 bits", "10000000000000001\r\nx\r\n", .chunkSizeOverflow),
        chunks("chunk size bare LF", "1\nx\r\n", .bareLineFeed),
        chunks("chunk size bare CR", "1\rx\r\n", .bareCarriageReturn),
        chunks("chunk extension bare LF", "1;a\nx\r\n0\r\n\r\n", .bareLineFeed),
        chunks("chunk extension bare CR", "1;a\rb\r\nx\r\n", .bareCarriageReturn),
        chunks("chunk extension NUL", "1;a\0\r\nx\r\n", .chunkExtensionInvalid),
        chunks("chunk data too long", "1\r\nxy\r\n", .chunkDataUnterminated),
        chunks("chunk data, bare LF", "1\r\nx\n0\r\n\r\n", .chunkDataUnterminated),
        chunks("chunk data, CR and rubbish", "1\r\nx\rz", .chunkDataUnterminated),
    ]

    static let trailers: [Attack] =
        [
            "Content-Length: 5", "Transfer-Encoding: chunked", "Host: b", "Authorization: x", "Cookie: x",
            "X-Outrigger-Tenant: b", "X-Forwarded-For: 1.1.1.1", "X-Forwarded-Port: 1", "Connection: close",
            "X-Hub-Signature-256: x", "Traceparent: x", "Expect: 100-continue", "TE: trailers",
        ].map { chunks("trailer \($0)", "0\r\n\($0)\r\n\r\n", .trailerForbidden) } + [
            chunks("trailer fold", "0\r\nA: b\r\n c\r\n\r\n", .obsoleteFold),
            chunks("trailer bare LF", "0\r\nA: b\n\r\n", .bareLineFeed),
            chunks("trailer without colon", "0\r\nAb\r\n\r\n", .colonMissing),
            chunks("trailers end in bare LF", "0\r\n\n", .bareLineFeed),
        ]

    static let lines: [Attack] = [
        post("empty field name, CVE-2023-25725", [": x"], .emptyFieldName),
        post("space before colon", ["A : x"], .spaceBeforeColon),
        post("tab before colon", ["A\t: x"], .spaceBeforeColon),
        post("obs-fold", ["A: x", " y"], .obsoleteFold),
        post("obs-fold with a tab", ["A: x", "\ty"], .obsoleteFold),
        Attack(
            name: "blank before the first field", wire: "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
            fault: .obsoleteFold),
        post("NUL in a value, CVE-2019-9900", ["A: x\0y"], .nulInField),
        post("NUL in a name", ["A\0: x"], .nulInField),
        post("bare CR in a value", ["A: x\ry"], .bareCarriageReturn),
        post("bare LF in a value", ["A: x\nB: y"], .bareLineFeed),
        post("BEL in a value", ["A: \u{07}"], .controlInField),
        post("DEL in a value", ["A: \u{7F}"], .controlInField),
        post("no colon", ["Abc"], .colonMissing),
        post("name with a slash", ["A/b: x"], .fieldNameInvalid),
        post("name above 0x7F", ["\u{E9}: x"], .fieldNameInvalid),
        Attack(name: "bare LFs throughout", wire: "GET / HTTP/1.1\nHost: a\n\n", fault: .bareLineFeed),
        Attack(name: "bare LF at the end", wire: "GET / HTTP/1.1\r\nHost: a\r\n\n", fault: .bareLineFeed),
        Attack(
            name: "bare CR at the end", wire: "GET / HTTP/1.1\r\nHost: a\r\n\rx", fault: .bareCarriageReturn),
        Attack(
            name: "bare CR behind the version", wire: "GET / HTTP/1.1\rHost: a\r\n\r\n",
            fault: .bareCarriageReturn),
        Attack(name: "bare LF first", wire: "\n" + request(), fault: .bareLineFeed),
        Attack(name: "three empty lines first", wire: "\r\n\r\n\r\n" + request(), fault: .tooManyEmptyLines),
    ]

    @Test(arguments: lengths + codings + chunkHeaders + trailers + lines)
    func `is refused, by whatever pieces it comes`(attack: Attack) {
        // A valid request before it is answered; the one behind it is never read.
        let wire = Array(
            (request("GET /before HTTP/1.1") + attack.wire + request("GET /after HTTP/1.1")).utf8)
        let whole = Transcript.requests(wire)
        #expect(whole.fault == attack.fault)
        #expect(whole.reason.status == attack.status)
        #expect(whole.outstandingHeads == 0)
        #expect(whole.lines.filter { $0 == "end" }.count == 1)
        #expect(!whole.lines.contains { $0.contains("/after") })
        let slow = Transcript.requests(wire, cuts: Array(0..<wire.count))
        #expect(slow.fault == attack.fault)
        #expect(slow.lines == whole.lines)
    }
}
