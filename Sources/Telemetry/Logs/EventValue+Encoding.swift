import Substrate

extension EventValue {
    func append(_ key: StaticString, to line: inout JSONLine, into buffer: inout ByteBuffer) {
        switch self {
        case .text(let text): line.text(key, text.bytes, into: &buffer)
        case .label(let label): line.text(key, label.bytes, into: &buffer)
        case .name(let name): Array(name.text.utf8).withBytes { line.text(key, $0, into: &buffer) }
        case .count(let count): line.number(key, count, into: &buffer)
        case .signed(let number): line.number(key, number, into: &buffer)
        case .flag(let flag): line.flag(key, flag, into: &buffer)
        case .nanoseconds(let span): line.microseconds(key, nanoseconds: span, into: &buffer)
        case .reason(let reason): line.text(key, reason.code, into: &buffer)
        case .systemError(let number): Self.append(systemError: number, key, to: &line, into: &buffer)
        case .request(let id):
            line.beginText(key, into: &buffer)
            id.append(into: &buffer)
            line.endText(into: &buffer)
        case .flow(let id):
            line.beginText(key, into: &buffer)
            id.append(into: &buffer)
            line.endText(into: &buffer)
        case .trace(let context):
            line.beginText(key, into: &buffer)
            context.appendTraceID(into: &buffer)
            line.endText(into: &buffer)
        case .peer(let peer): line.text(key, peer.bytes, into: &buffer)
        case .pseudonym(let pseudonym):
            line.beginText(key, into: &buffer)
            pseudonym.append(into: &buffer)
            line.endText(into: &buffer)
        }
    }

    private static func append(
        systemError number: Int32, _ key: StaticString, to line: inout JSONLine, into buffer: inout ByteBuffer
    ) {
        if let name = SystemErrorName.name(of: number) {
            line.text(key, name, into: &buffer)
        } else {
            line.number(key, Int64(number), into: &buffer)
        }
    }
}
