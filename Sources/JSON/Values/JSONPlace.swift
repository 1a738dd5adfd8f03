public import Substrate

/// Line and column of an offset in a document, both from 1, for people. A walk from the start: not on the request path.
public struct JSONPlace: Equatable, Sendable, CustomStringConvertible {
    public let line: Int
    /// In bytes.
    public let column: Int

    /// - Parameter offset: of an error or a value; what lies outside `input` is taken as its nearest end.
    public init(offset: Int, in input: Bytes) {
        let before = input.prefix(Swift.max(0, offset))
        var line = 1
        var lineStart = 0
        while let lineFeed = before.firstIndex(of: ASCII.lineFeed, from: lineStart) {
            line += 1
            lineStart = lineFeed + 1
        }
        self.line = line
        column = before.count - lineStart + 1
    }

    public var description: String { "line \(line), column \(column)" }
}
