import FuzzKit
import JSON
import Substrate

/// Walks a document through every accessor: names, places, numbers.
struct NameCheck {
    private(set) var foundDuplicate = false

    /// Recursion is bounded by `JSONLimits.maxDepth`.
    mutating func walk(_ value: JSONValue) {
        always(!value.rawBytes.isEmpty, "a value has bytes")
        switch value.kind {
        case .null, .bool, .string: break
        case .number: checkNumber(value)
        case .array:
            var count = 0
            for element in value.elements {
                walk(element)
                count += 1
            }
            always(count == value.count, "an array has as many elements as it says")
        case .object:
            var names: Set<[UInt8]> = []
            var count = 0
            for member in value.members {
                var name = ByteBuffer()
                member.key.decodedString(into: &name)
                always(name.count <= member.key.rawBytes.count, "a string is no longer than it is written")
                let isFirst = names.insert(name.bytes.array).inserted
                if !isFirst { foundDuplicate = true }
                if isFirst {
                    always(
                        value[name.bytes]?.offset == member.value.offset, "a member is found by its name")
                }
                walk(member.value)
                count += 1
            }
            always(count == value.count, "an object has as many members as it says")
        }
    }

    private func checkNumber(_ value: JSONValue) {
        guard let lexeme = value.numberLexeme?.text else {
            always(false, "a number has a lexeme")
            return
        }
        let isPlain = lexeme.utf8.allSatisfy { $0 == ASCII.dash || ASCII.isDigit($0) }
        always(value.integer == (isPlain ? Int64(lexeme) : nil), "an integer is exact or none: \(lexeme)")
        let expected = Double(lexeme).flatMap { $0.isFinite ? $0 : nil }
        always(value.double == expected, "a double is the nearest: \(lexeme)")
    }
}
