import FuzzKit
import Substrate

@testable import Cryptography

/// The records of an established session, made by a script (see `RecordScript`) that seals them with the session's own
/// keys, so that they pass the cipher: however they are cut they mean the same, and what a second reading says.
@_cdecl("FuzzTLSRecords_main")
func main(_: Int32, _: UnsafePointer<UnsafePointer<CChar>?>?) -> Int32 {
    Fuzzing.main { input in
        let script = RecordScript(input)
        let whole = StreamReading(script.wire, isClient: script.isClient, piece: .max, room: 16_640)
        let split = StreamReading(script.wire, isClient: script.isClient, piece: 1, room: 7)
        always(whole.plaintext == split.plaintext, "cuts change no byte")
        always(whole.ending == split.ending, "cuts change no ending: \(whole.ending), \(split.ending)")
        always(whole.answer == split.answer, "cuts change no answer")
        always(whole.plaintext == script.plaintext, "what is read is what was sealed, and all of it")
        always(
            whole.answer.count == 27 * script.requestedUpdates,
            "each key update that asks for one is answered")
        always(
            whole.ending == script.ending,
            "and ends as a second reading ends: \(whole.ending), \(script.ending)")
    }
}
