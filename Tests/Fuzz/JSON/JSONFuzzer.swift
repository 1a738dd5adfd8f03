import FuzzKit
import JSON
import Substrate

/// Any bytes as a document: judged as a second reading of the grammar judges them, and written again with the same
/// meaning.
@_cdecl("FuzzJSON_main")
func main(_: Int32, _: UnsafePointer<UnsafePointer<CChar>?>?) -> Int32 {
    var tape = JSONTape(seed: 7)
    var longest = 0
    return Fuzzing.main { input in
        var reporting = JSONLimits()
        reporting.duplicateKeys = .report
        let text = input.array
        do throws(JSONError) {
            try tape.parse(input, limits: reporting)
        } catch {
            check(error, of: text)
            always(refusal(text) != nil, "a refused document is refused whatever is said of duplicates")
            return
        }
        always(referenceAccepts(text), "what is accepted follows RFC 8259")
        // The tape keeps its memory from document to document.
        longest = max(longest, text.count)
        always(tape.heldBytes <= 8192 + 256 * longest, "a tape is bounded by its documents")
        var names = NameCheck()
        names.walk(tape.root(input))
        let strict = refusal(text)
        always(
            (strict?.kind == .duplicateKey) == names.foundDuplicate, "the same name twice is what is refused")
        always((tape.duplicateKeyOffset != nil) == names.foundDuplicate, "and what is reported")
        always(strict?.kind == .duplicateKey || strict == nil, "nothing else is refused twice over")
        // Written out in full, a document may need more bytes, never more depth.
        let written = rewritten(tape.root(input))
        written.withBytes { bytes in
            guard (try? tape.parse(bytes, limits: reporting)) != nil else {
                always(false, "what is written is read")
                return
            }
            always(rewritten(tape.root(bytes)) == written, "and written alike")
        }
    }
}

private func check(_ error: JSONError, of text: [UInt8]) {
    always(error.offset >= 0 && error.offset <= text.count, "an error stands in the document")
    always(!error.description.isEmpty, "an error has words")
    switch error.kind {
    // Limits of ours, which the grammar knows nothing of.
    case .depthExceeded, .tooManyValues, .tooLarge, .keyCollisions, .byteOrderMark: break
    default: always(!referenceAccepts(text), "what is refused breaks RFC 8259: \(error)")
    }
}
