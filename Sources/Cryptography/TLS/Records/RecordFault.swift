/// Why a record ends the session.
enum RecordFault: Error, Equatable {
    /// The peer broke the protocol: it is told by this alert.
    case broken(TLSAlert)
    /// The peer gave up with this alert.
    case peerAlert(UInt8)
    /// OpenSSL failed for a reason that is not the peer's.
    case library
}
