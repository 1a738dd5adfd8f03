public import Substrate

/// A value of an operator's event. Open types only: there is no case for bytes.
public enum EventValue {
    case text(OpenText)
    case label(OpenLabel)
    case name(OpenName)
    case count(UInt64)
    case signed(Int64)
    case flag(Bool)
    /// Written in microseconds.
    case nanoseconds(UInt64)
    case reason(ReasonCode)
    /// An `errno`, written as its symbolic name.
    case systemError(Int32)
    case request(RequestID)
    case flow(FlowID)
    case trace(TraceContext)
    case peer(MeshPeer)
    case pseudonym(Pseudonym)
}
