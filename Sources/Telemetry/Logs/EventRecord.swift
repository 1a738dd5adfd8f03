public import Substrate

/// One line of the error log: something that an operator may want to know. Not for the request path.
public struct EventRecord {
    /// Most fields besides the fixed ones; further ones are counted as `fieldsLeftOut`.
    public static var maxFields: Int { 8 }

    public var level: LogLevel
    public var time: WallTime
    /// The part of the process: `listener`, `config`, `tls`.
    public var subsystem: OpenText
    /// What happened, as a stable dotted code in the past tense: `config.refused`.
    public var event: OpenText
    /// Equal events that were held back before this one.
    public var suppressed: UInt64 = 0

    private var keys = InlineArray<8, OpenText>(repeating: "")
    private var values = InlineArray<8, EventValue>(repeating: .flag(false))
    private var fieldCount = 0
    private var leftOut: UInt64 = 0

    public init(level: LogLevel, time: WallTime, subsystem: OpenText, event: OpenText) {
        self.level = level
        self.time = time
        self.subsystem = subsystem
        self.event = event
    }

    /// - Parameter key: in lower camel case; none of the fixed fields' names.
    public mutating func add(_ key: OpenText, _ value: EventValue) {
        guard fieldCount < Self.maxFields else {
            leftOut &+= 1
            return
        }
        keys[fieldCount] = key
        values[fieldCount] = value
        fieldCount &+= 1
    }

    /// Appends one JSON object and a line feed.
    public func append(into buffer: inout ByteBuffer) {
        var line = JSONLine(into: &buffer)
        line.beginText("time", into: &buffer)
        RFC3339.append(time, into: &buffer)
        line.endText(into: &buffer)
        line.text("level", level.label.bytes, into: &buffer)
        line.text("subsystem", subsystem.bytes, into: &buffer)
        line.text("event", event.bytes, into: &buffer)
        for field in 0..<fieldCount { values[field].append(keys[field].text, to: &line, into: &buffer) }
        if suppressed > 0 { line.number("suppressed", suppressed, into: &buffer) }
        if leftOut > 0 { line.number("fieldsLeftOut", leftOut, into: &buffer) }
        line.end(into: &buffer)
    }
}
