/// What bounds the reader's memory and time before anything is known about the content.
public enum DocumentLimits {
    /// Largest file, in bytes.
    public static let maxFileBytes = 16 << 20
    /// Most documents of all files together, empty ones not counted.
    public static let maxDocuments = 100_000
    /// Mappings and lists inside each other; the document's own mapping is the first.
    public static let maxDepth = 64
    /// Longest single value or field name, in bytes: no resource needs more, a mistake in quoting easily has it.
    public static let maxScalarBytes = 64 << 10
}
