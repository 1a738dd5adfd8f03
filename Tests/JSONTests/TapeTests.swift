import JSON
import Substrate
import Testing

@Suite struct TapeTests {
    @Test func `a tape serves document after document and keeps its memory`() throws {
        var tape = JSONTape()
        let big = Array("[\(Array(repeating: "{\"a\":1}", count: 1000).joined(separator: ","))]".utf8)
        try big.withBytes { try tape.parse($0) }
        let held = tape.heldBytes
        #expect(tape.count == 3001)
        for round in 0..<100 {
            try Array("{\"round\":\(round)}".utf8).withBytes { bytes in
                try tape.parse(bytes)
                let read = tape.root(bytes)["round"]?.integer
                #expect(read == Int64(round))
            }
            try big.withBytes { try tape.parse($0) }
        }
        #expect(tape.heldBytes == held)
    }

    @Test func `a refused document leaves the tape empty and ready`() throws {
        var tape = JSONTape()
        try Array("[1]".utf8).withBytes { try tape.parse($0) }
        #expect(throws: JSONError.self) { try Array("[1,2,3".utf8).withBytes { try tape.parse($0) } }
        #expect(tape.count == 0)
        try Array("[1]".utf8).withBytes { try tape.parse($0) }
        #expect(tape.count == 2)
    }

    @Test func `released storage comes back on the next parse`() throws {
        var tape = JSONTape()
        try Array(#"{"a":1}"#.utf8).withBytes { try tape.parse($0) }
        tape.releaseStorage()
        #expect(tape.heldBytes == 0)
        #expect(tape.count == 0)
        try Array(#"{"a":1}"#.utf8).withBytes { bytes in
            try tape.parse(bytes)
            let read = tape.root(bytes)["a"]?.integer
            #expect(read == 1)
        }
    }

    @Test func `a window in the middle of other bytes is read to its end only`() throws {
        var tape = JSONTape()
        try Array("99[12]34".utf8).withBytes { bytes in
            try tape.parse(bytes[2, count: 4])
            #expect(tape.count == 2)
            try tape.parse(bytes[3, count: 1])
            let read = tape.root(bytes[3, count: 1]).integer
            #expect(read == 1)
        }
    }

    @Test func `every sample payload is one document`() throws {
        for sample in try Samples.all() { #expect(refusal(sample.bytes) == nil, "\(sample.name)") }
    }

    @Test func `every strict prefix of every sample ends early and nothing else`() throws {
        for sample in try Samples.all() {
            let document = sample.bytes[...(sample.bytes.lastIndex { $0 > 0x20 } ?? 0)]
            for length in 0..<document.count {
                let error = refusal(Array(document.prefix(length)))
                guard error?.kind == .unexpectedEnd, error?.offset == length else {
                    Issue.record("\(sample.name) cut at \(length): \(String(describing: error))")
                    break
                }
            }
        }
    }

    @Test func `every strict prefix of a document with all kinds ends early`() throws {
        let text = Array(#"{"é\n":[-1.5e+3,true,false,null,"\uD83D\uDE00€"],"😀":{"":{}}}"#.utf8)
        #expect(refusal(text) == nil)
        for length in 0..<text.count {
            #expect(refusal(Array(text.prefix(length)))?.kind == .unexpectedEnd)
        }
    }

    @Test func `samples written again read the same`() throws {
        for sample in try Samples.all() {
            let once = try withValue(sample.bytes, rewritten)
            let twice = try withValue(once, rewritten)
            #expect(once == twice, "\(sample.name)")
            #expect(once.count <= sample.bytes.count)
        }
    }

    @Test func `the phone number that selects a channel is found in a sample`() throws {
        guard let sample = try Samples.read("whatsapp").first(where: { $0.name.hasPrefix("msg_text__") })
        else {
            Issue.record("the sample msg_text is missing")
            return
        }
        let pointer = try JSONPointer(parsing: "/entry/0/changes/0/value/metadata/phone_number_id")
        let found = try withValue(sample.bytes) { pointer.evaluate($0)?.text }
        #expect(found?.allSatisfy(\.isNumber) == true)
    }
}
