import JSON
import Substrate

extension JSONWriter {
    /// Nothing for nil.
    mutating func member(_ name: StaticString, _ value: String?) {
        guard let value else { return }
        key(name)
        string(text: value)
    }

    mutating func member(_ name: StaticString, _ value: Int) {
        key(name)
        number(value)
    }

    mutating func member(_ name: StaticString, _ value: Bool) {
        key(name)
        bool(value)
    }

    /// Nothing for an empty list.
    mutating func member(_ name: StaticString, _ values: [String]) {
        list(name, values) { $1.string(text: $0) }
    }

    /// Nothing for an empty list.
    mutating func list<Item>(_ name: StaticString, _ items: [Item], _ each: (Item, inout JSONWriter) -> Void)
    {
        guard !items.isEmpty else { return }
        key(name)
        beginArray()
        for item in items { each(item, &self) }
        endArray()
    }

    mutating func object(_ name: StaticString, _ content: (inout JSONWriter) -> Void) {
        key(name)
        element(content)
    }

    mutating func element(_ content: (inout JSONWriter) -> Void) {
        beginObject()
        content(&self)
        endObject()
    }

    mutating func file(_ name: StaticString, _ path: String?) {
        guard let path else { return }
        object(name) { $0.member("file", path) }
    }

    /// Where a secret comes from; a value itself only as a mask.
    mutating func secret(_ source: SecretSource) {
        element { writer in
            switch source {
            case .value: writer.member("value", SecretSource.mask)
            case .file(let path): writer.member("file", path)
            case .environment(let name): writer.member("env", name)
            case .secret(let name): writer.member("secret", name)
            }
        }
    }
}
