import JSON
import Substrate

extension AccessLogSpec {
    func write(to writer: inout JSONWriter) {
        writer.member("path", path)
        writer.member("sample", sample?.description)
        writer.list("when", when) { condition, writer in
            if case .slow(let span) = condition {
                writer.element { $0.member("slow", span.description) }
            } else if let known = Condition.words.first(where: { $0.condition == condition }) {
                writer.string(text: known.word)
            }
        }
    }
}
