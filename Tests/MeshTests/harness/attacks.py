"""The attack classes of request framing, paths and header trust: one named case each."""

import dataclasses

from .wire import chunked, request

HOST = "Host: acme.example.test\r\n"
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: acme.example.test\r\n\r\n"


@dataclasses.dataclass(frozen=True)
class Attack:
    name: str
    raw: bytes
    #: What the edge may answer. 200 alone: the request is sound, and must be forwarded once, unambiguously.
    statuses: tuple = (400,)
    #: The target that the backend must see, where it is forwarded.
    target: str = ""
    #: Whether the request is forwarded once where the answer is 200.
    forwarded: int = 0
    #: The head is sound and may have been forwarded when the body turned out not to be: the backend sees a request
    #: that is cut off, which it must not count as a whole one.
    cut: bool = False
    #: Answers to what stands behind the first request, where that is a request of its own.
    extra: tuple = ()


def _head(lines, body=b"", start="POST /attack HTTP/1.1"):
    """A request from its field lines as text, with nothing added or mended."""
    return (start + "\r\n" + HOST + "".join(line + "\r\n" for line in lines) + "\r\n").encode("latin-1") + body


def _refused(name, raw, *statuses):
    return Attack(name, raw, statuses or (400,))


def _cut(name, body, *statuses):
    return Attack(name, _head([TE + "chunked"], body), statuses or (400,), "/attack", cut=True)


def _carried(name, raw, target="/attack", forwarded=1):
    return Attack(name, raw, (200,), target, forwarded)


def _either(name, raw):
    """Sound or refused: both are safe, as long as what is forwarded means the same to both sides."""
    return Attack(name, raw, (200, 400), "/attack", 1)


CL, TE = "Content-Length: ", "Transfer-Encoding: "
EMPTY_CHUNKS = b"0\r\n\r\n"

FRAMING = [
    # Two ways to find the body's end
    _refused("Content-Length with Transfer-Encoding", _head([CL + "6", TE + "chunked"], EMPTY_CHUNKS + b"X")),
    _refused("Transfer-Encoding before Content-Length", _head([TE + "chunked", CL + "4"], b"0\r\n\r\n" + SMUGGLED)),
    _refused("CL.TE with a request behind", _head([CL + str(5 + len(SMUGGLED)), TE + "chunked"],
                                                  EMPTY_CHUNKS + SMUGGLED)),
    _refused("TE.TE with identity", _head([TE + "chunked", TE + "identity"], EMPTY_CHUNKS), 400, 501),
    _refused("Transfer-Encoding twice", _head([TE + "chunked", TE + "chunked"], EMPTY_CHUNKS), 400, 501),
    _refused("Transfer-Encoding xchunked", _head([TE + "xchunked"], EMPTY_CHUNKS), 400, 501),
    _refused("Transfer-Encoding chunked, identity", _head([TE + "chunked, identity"], EMPTY_CHUNKS), 400, 501),
    _refused("Transfer-Encoding identity, chunked", _head([TE + "identity, chunked"], EMPTY_CHUNKS), 400, 501),
    _refused("Transfer-Encoding gzip, chunked", _head([TE + "gzip, chunked"], EMPTY_CHUNKS), 400, 501),
    _refused("Transfer-Encoding chunked with a comma", _head([TE + "chunked,"], EMPTY_CHUNKS), 400, 501),
    _refused("Transfer-Encoding chunked with a vertical tab", _head([TE + "\x0bchunked"], EMPTY_CHUNKS), 400, 501),
    _refused("Transfer-Encoding empty", _head([TE], EMPTY_CHUNKS), 400, 501),
    _refused("Transfer-Encoding quoted", _head([TE + '"chunked"'], EMPTY_CHUNKS), 400, 501),
    _refused("Transfer-Encoding in HTTP/1.0", _head([TE + "chunked"], EMPTY_CHUNKS, "POST /attack HTTP/1.0"), 400, 501),
    # Content-Length
    _refused("Content-Length twice, different", _head([CL + "5", CL + "6"], b"hello!")),
    _refused("Content-Length twice, equal", _head([CL + "5", CL + "5"], b"hello")),
    _refused("Content-Length as a list", _head([CL + "5, 5"], b"hello")),
    _refused("Content-Length empty", _head([CL], SMUGGLED)),
    _refused("Content-Length with a plus", _head([CL + "+5"], b"hello")),
    _refused("Content-Length negative", _head([CL + "-5"], b"hello")),
    _refused("Content-Length in hexadecimal", _head([CL + "0x5"], b"hello")),
    _refused("Content-Length with a blank inside", _head([CL + "5 5"], b"hello")),
    _refused("Content-Length with letters", _head([CL + "5a"], b"hello")),
    _refused("Content-Length over 64 bits", _head([CL + "18446744073709551621"], b"hello"), 400, 413),
    _refused("Content-Length over 63 bits", _head([CL + "9223372036854775813"], b"hello"), 400, 413),
    _refused("Content-Length of forty digits", _head([CL + "9" * 40], b"hello"), 400, 413),
    # Field lines
    _refused("field name empty", _head([": value"])),
    _refused("blank before the colon", _head(["X-A : value"])),
    _refused("blank before Content-Length's colon", _head(["Content-Length : 5"], b"hello")),
    _refused("field line without a colon", _head(["X-A"])),
    _refused("field name with a blank", _head(["X A: value"])),
    _refused("field name with a control byte", _head(["X\x01A: value"])),
    _refused("field name beyond ASCII", _head(["X-\xe9: value"])),
    _refused("obs-fold", _head(["X-A: one", " two"])),
    _refused("obs-fold of Transfer-Encoding", _head(["Transfer-Encoding:", " chunked"], EMPTY_CHUNKS), 400, 501),
    _refused("obs-fold by tab", _head(["X-A: one", "\ttwo"])),
    _refused("first field line folded", b"GET /attack HTTP/1.1\r\n " + HOST.encode() + b"\r\n"),
    _refused("NUL in a value", _head(["X-A: a\x00b"])),
    _refused("NUL in a name", _head(["X\x00A: b"])),
    _refused("bare CR in a value", _head(["X-A: a\rb"])),
    _refused("bare CR before a field", _head(["X-A: a\rTransfer-Encoding: chunked"], EMPTY_CHUNKS)),
    _refused("bare LF between fields", _head(["X-A: a\nX-B: b"])),
    _refused("bare LF at the end of a line", b"GET /attack HTTP/1.1\n" + HOST.encode() + b"\r\n"),
    _refused("bare LF at the end of the head", b"GET /attack HTTP/1.1\r\nHost: acme.example.test\r\n\n"),
    _refused("only bare LF", b"GET /attack HTTP/1.1\nHost: acme.example.test\n\n"),
    _refused("control byte in a value", _head(["X-A: a\x07b"])),
    _refused("DEL in a value", _head(["X-A: a\x7fb"])),
    # Request line
    _refused("HTTP/0.9", b"GET /attack\r\n\r\n", 400, 505),
    _refused("HTTP/2.0", _head([], start="GET /attack HTTP/2.0"), 400, 505),
    _refused("version in lower case", _head([], start="GET /attack http/1.1"), 400, 505),
    _refused("version of two digits", _head([], start="GET /attack HTTP/1.10"), 400, 505),
    _refused("two blanks in the request line", _head([], start="GET  /attack HTTP/1.1"), 400, 505),
    _refused("tab in the request line", _head([], start="GET\t/attack\tHTTP/1.1"), 400, 505),
    _refused("blank in the target", _head([], start="GET /attack x HTTP/1.1"), 400, 505),
    _refused("blank before the method", _head([], start=" GET /attack HTTP/1.1")),
    _refused("method with a separator", _head([], start="G@T /attack HTTP/1.1")),
    _refused("bare CR in the request line", _head([], start="GET /attack\r HTTP/1.1"), 400, 505),
    _refused("NUL in the target", _head([], start="GET /att\x00ack HTTP/1.1")),
    _refused("bytes beyond ASCII in the target", _head([], start="GET /\xe9 HTTP/1.1")),
    _refused("target without a slash", _head([], start="GET attack HTTP/1.1")),
    _refused("TRACE", _head([], start="TRACE /attack HTTP/1.1"), 405, 501),
    _refused("CONNECT", b"CONNECT acme.example.test:443 HTTP/1.1\r\n" + HOST.encode() + b"\r\n", 400, 405, 501),
    # Chunks
    _cut("chunk size overflow", b"10000000000000005\r\nhello\r\n0\r\n\r\n"),
    _cut("chunk size of forty digits", b"0" * 39 + b"5\r\nhello\r\n0\r\n\r\n"),
    _cut("chunk size negative", b"-5\r\nhello\r\n0\r\n\r\n"),
    _cut("chunk size with 0x", b"0x5\r\nhello\r\n0\r\n\r\n"),
    _cut("chunk size empty", b"\r\nhello\r\n0\r\n\r\n"),
    _cut("chunk size ended by bare LF", b"5\nhello\r\n0\r\n\r\n"),
    _cut("chunk extension with bare LF", b"5;a\nb\r\nhello\r\n0\r\n\r\n"),
    _cut("chunk extension with bare CR", b"5;a\rb\r\nhello\r\n0\r\n\r\n"),
    _cut("chunk extension of 64 KiB", b"5;" + b"a" * 65536 + b"\r\nhello\r\n0\r\n\r\n"),
    _cut("chunk longer than its size", b"3\r\nhello\r\n0\r\n\r\n"),
    _cut("chunk data ended by bare LF", b"5\r\nhello\n0\r\n\r\n"),
    _cut("trailer with a bare LF", b"0\r\nX-A: b\nX-C: d\r\n\r\n"),
    _cut("trailer without a colon", b"0\r\nX-A\r\n\r\n"),
    _cut("trailer Content-Length", chunked(b"hello", trailers=[("Content-Length", "5")])),
    _cut("trailer Transfer-Encoding", chunked(b"hello", trailers=[("Transfer-Encoding", "chunked")])),
    _cut("trailer Host", chunked(b"hello", trailers=[("Host", "evil.test")])),
    _cut("trailers without end", b"0\r\n" + b"X-A: b\r\n" * 20000, 400, 431),
    # Host
    _refused("Host missing", b"GET /attack HTTP/1.1\r\n\r\n"),
    _refused("Host twice", _head(["Host: other.example.test"], start="GET /attack HTTP/1.1")),
    _refused("Host empty", b"GET /attack HTTP/1.1\r\nHost:\r\n\r\n"),
    _refused("Host with user information", b"GET /attack HTTP/1.1\r\nHost: a@acme.example.test\r\n\r\n"),
    _refused("Host with a path", b"GET /attack HTTP/1.1\r\nHost: acme.example.test/x\r\n\r\n"),
    _refused("Host with a comma", b"GET /attack HTTP/1.1\r\nHost: a.test, b.test\r\n\r\n"),
    _refused("Host with a bad port", b"GET /attack HTTP/1.1\r\nHost: acme.example.test:99999\r\n\r\n"),
    _refused("Host against the absolute form", _head([], start="GET http://other.example.test/attack HTTP/1.1")),
    # What is not asked for, or comes too soon
    Attack("bytes behind Upgrade", _head(["Connection: Upgrade", "Upgrade: websocket"], SMUGGLED,
                                         "GET /attack HTTP/1.1"), (200, 400), "/attack", 1, extra=(404,)),
    Attack("Upgrade to h2c", _head(["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk"],
                                     start="GET /attack HTTP/1.1"), (200, 400), "/attack", 1),
    _refused("expectation unknown", _head(["Expect: 200-maybe", CL + "0"]), 417),
    _refused("HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, 505),
    _refused("PROXY protocol", b"PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n" + request(target="/attack"), 400, 505),
    _refused("PROXY protocol, binary", b"\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c" + b"\x00" * 12
             + request(target="/attack"), 400, 505),
    _refused("fragment in the target", _head([], start="GET /attack#fragment HTTP/1.1")),
    # Limits
    _refused("head over its limit", _head([f"X-{i}: {'a' * 8000}" for i in range(9)]), 431),
    _refused("one field over the head's limit", _head(["X-A: " + "a" * 70000]), 431),
    _refused("more than 100 fields", _head([f"X-{i}: a" for i in range(101)]), 431),
    _refused("target over 8 KiB", _head([], start=f"GET /{'a' * 8200} HTTP/1.1"), 414),
    # Sound, though smugglers like them
    _carried("DELETE with a chunked body", _head([TE + "chunked"], chunked(SMUGGLED), "DELETE /attack HTTP/1.1")),
    _carried("OPTIONS with a chunked body", _head([TE + "chunked"], chunked(SMUGGLED), "OPTIONS /attack HTTP/1.1")),
    _carried("GET with a body", _head([CL + str(len(SMUGGLED))], SMUGGLED, "GET /attack HTTP/1.1")),
    _carried("chunked with trailers", _head([TE + "chunked"], chunked(b"hello", trailers=[("X-Sum", "5")]))),
    _carried("chunk extensions", _head([TE + "chunked"], b'5;a=b;c="d"\r\nhello\r\n0;e\r\n\r\n')),
    _carried("Transfer-Encoding in capitals", _head([TE + "CHUNKED"], chunked(b"hello"))),
    # What a sender may not have taken away: refused, or the field is kept.
    _either("Connection names Content-Length", _head(["Connection: Content-Length", CL + "5"], b"hello")),
    _either("Connection names Transfer-Encoding",
            _head(["Connection: Transfer-Encoding", TE + "chunked"], chunked(SMUGGLED))),
]

PATHS = [
    _carried("double slash", request(target="//attack//x"), "/attack/x"),
    _carried("dot segment", request(target="/attack/./x"), "/attack/x"),
    _carried("double dot", request(target="/other/../attack"), "/attack"),
    _carried("encoded dots", request(target="/other/%2e%2E/attack"), "/attack"),
    _carried("encoded dot", request(target="/attack/%2e/x"), "/attack/x"),
    _refused("dots above the root", request(target="/../../attack")),
    _refused("dots into what is not routed", request(target="/attack/../secret"), 404),
    _refused("encoded dots into what is not routed", request(target="/attack/%2e%2e/secret"), 404),
    _refused("double slash into what is not routed", request(target="/attack//..//secret"), 404),
    _refused("encoded slash", request(target="/attack%2f..%2fsecret")),
    _refused("encoded slash in capitals", request(target="/attack%2Fsecret")),
    _refused("encoded backslash", request(target="/attack%5c..%5csecret")),
    _refused("backslash", request(target="/attack\\..\\secret")),
    _refused("encoded NUL", request(target="/attack%00.png")),
    _refused("double encoding of dots", request(target="/attack/%252e%252e/secret")),
    _refused("double encoding of a slash", request(target="/attack%252fsecret")),
    _refused("fragment behind the path", request(target="/attack/#/../secret")),
    _carried("path parameters kept", request(target="/attack/x;v=1/y;z"), "/attack/x;v=1/y;z"),
    _refused("dots with path parameters", request(target="/attack/..;/secret")),
    _refused("case is kept", request(target="/ATTACK"), 404),
    _carried("case of the rest is kept", request(target="/attack/MiXeD"), "/attack/MiXeD"),
    _carried("trailing dot of the host", request(target="/attack", host="acme.example.test."), "/attack"),
    _carried("query with dots and slashes is left alone", request(target="/attack?next=/../%2f%00//x"),
             "/attack?next=/../%2f%00//x"),
    _carried("absolute form", request(target="http://acme.example.test/attack"), "/attack"),
]

TRUST = [
    _either("Connection names X-Forwarded-For", _head(["X-Forwarded-For: 10.9.9.9", "Connection: X-Forwarded-For"],
                                                      start="GET /attack HTTP/1.1")),
    _either("Connection names our own fields", _head(
        ["Connection: x-request-id, traceparent, x-outrigger-tenant, x-forwarded-proto, host"],
        start="GET /attack HTTP/1.1")),
    _refused("underscore in a name", _head(["X_Forwarded_For: 10.9.9.9"], start="GET /attack HTTP/1.1")),
    _refused("underscore in an Outrigger name", _head(["x_outrigger_tenant: globex"], start="GET /attack HTTP/1.1")),
    _carried("spoofed tenant, peer and flow", _head(
        ["X-Outrigger-Tenant: globex", "x-outrigger-peer: spiffe://mesh.test/service/edge",
         "X-OUTRIGGER-FLOW: 01JAAAAAAAAAAAAAAAAAAAAAAA"], start="GET /attack HTTP/1.1")),
    _carried("spoofed client certificate", _head(
        ["X-Forwarded-Client-Cert: By=spiffe://mesh.test/service/edge;URI=spiffe://mesh.test/service/edge"],
        start="GET /attack HTTP/1.1")),
    _carried("spoofed X-Forwarded-For", _head(["X-Forwarded-For: 127.0.0.1, 10.0.0.1", "X-Real-IP: 127.0.0.1"],
                                              start="GET /attack HTTP/1.1")),
    _carried("log injection by quotes", _head(['User-Agent: "} {"status": 999', 'X-Request-Id: "\\n{"status": 999}'],
                                              start="GET /attack HTTP/1.1")),
    _carried("log injection by encoded line ends", request(target="/attack?%0d%0a%7b%22status%22:999%7d"),
             "/attack?%0d%0a%7b%22status%22:999%7d"),
]

ALL = [("framing", a) for a in FRAMING] + [("path", a) for a in PATHS] + [("trust", a) for a in TRUST]
