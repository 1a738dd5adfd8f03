/// One object of a document while it is decoded.
///
/// Every getter reports what it refuses, at its place, and then returns what "absent" returns, so decoding goes on
/// and finds the next problem too.
struct FieldReader {
    let document: Document
    let report: ProblemReport
    let path: [PathStep]
    private let fields: [DocumentNode.Field]

    /// Nil, and reported, unless `node` is an object. Fields outside `known` are reported; those in `later` as
    /// belonging to a later version.
    init?(
        _ node: DocumentNode, at path: [PathStep], in document: Document, report: ProblemReport,
        known: [String],
        later: [String] = []
    ) {
        guard case .fields(let fields) = node.content else {
            if !node.isRefused {
                report.add(
                    document, path, "is \(node.kindName), must be an object",
                    hint: "with the fields " + known.joined(separator: ", "))
            }
            return nil
        }
        self.document = document
        self.report = report
        self.path = path
        self.fields = fields
        for field in fields where !known.contains(field.name) {
            let place = path + [.field(field.name)]
            if later.contains(field.name) {
                report.add(document, place, atKey: true, "is not in this version", hint: "leave it out")
            } else {
                report.add(
                    document, place, atKey: true, "is not a field here",
                    hint: Suggestion.hint(for: field.name, among: known))
            }
        }
    }

    var names: [String] { fields.map(\.name) }

    func has(_ name: String) -> Bool { fields.contains { $0.name == name } }

    func node(_ name: String) -> DocumentNode? { fields.first { $0.name == name }?.value }

    func refuse(
        _ steps: PathStep..., atKey: Bool = false, because message: @autoclosure () -> String,
        hint: @autoclosure () -> String? = nil
    ) {
        report.add(document, path + steps, atKey: atKey, message(), hint: hint())
    }

    /// Reports `name` as missing unless it is there, right or wrong.
    func require(_ name: String, hint: @autoclosure () -> String? = nil) {
        if !has(name) { refuse(.field(name), because: "is missing", hint: hint()) }
    }
}
