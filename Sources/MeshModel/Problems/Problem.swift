/// One thing that is wrong with the configuration: where, what, and what would be right.
public struct Problem: Sendable, Equatable, CustomStringConvertible {
    public var file: String
    /// Position of the document in its file, from 0, empty documents not counted. Nil for a problem of the file.
    public var document: Int?
    /// From 1.
    public var line: Int
    /// In characters, from 1.
    public var column: Int
    /// The resource, where its kind and name could be read.
    public var resource: ResourceName?
    /// RFC 6901; empty for the whole document.
    public var pointer: String
    public var message: String
    /// What would be right.
    public var hint: String?

    public init(
        file: String, document: Int?, line: Int, column: Int, resource: ResourceName? = nil,
        pointer: String = "",
        message: String, hint: String? = nil
    ) {
        self.file = file
        self.document = document
        self.line = line
        self.column = column
        self.resource = resource
        self.pointer = pointer
        self.message = message
        self.hint = hint
    }

    public var description: String {
        var text = "\(file):\(line):\(column): "
        if let resource { text += "\(Quoted.plain(resource.description)): " }
        if !pointer.isEmpty { text += "\(Quoted.plain(pointer)): " }
        text += message
        if let hint { text += " (\(hint))" }
        return text
    }
}
