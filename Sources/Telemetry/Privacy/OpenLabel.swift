public import Substrate

/// A configured name, borrowed: of a listener, route, service, tenant or endpoint, or a route's path template.
///
/// It is made from text in the source or from a table of the configuration snapshot, and from nothing else: what a
/// peer sends lives in heads and buffers, never in a `FlatTable`. As long-lived as the table it points into.
@safe public struct OpenLabel: Classified {
    public static var privacyClass: PrivacyClass { .open }

    /// UTF-8, not escaped.
    public let bytes: Bytes

    /// No name: fields that hold it are left out.
    public init() { bytes = Bytes() }

    public init(_ text: OpenText) { bytes = text.bytes }

    /// - Parameter table: a snapshot's table of configured text, in UTF-8.
    public init(configured table: FlatTable<UInt8>, _ range: ByteRange) { bytes = table.bytes(range) }

    public var isEmpty: Bool { bytes.isEmpty }
}
