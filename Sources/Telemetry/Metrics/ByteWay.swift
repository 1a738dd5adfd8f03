/// Which way bytes went, seen from this process; the values of the label `way` of `outrigger_bytes_total`.
public enum ByteWay: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case received, sent

    public var label: OpenText {
        switch self {
        case .received: "received"
        case .sent: "sent"
        }
    }
}
