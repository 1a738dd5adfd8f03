/// What OpenSSL wants filled in for one ticket, for the time of one callback: where its key's name and its IV are, and
/// the cipher and the MAC to prepare.
///
/// `@unchecked`: only the thread in whose callback it is made uses it; it is sent nowhere but into a lock's closure.
@safe struct TicketParts: @unchecked Sendable {
    let name: UnsafeMutablePointer<UInt8>
    let iv: UnsafeMutablePointer<UInt8>
    let cipher: OpaquePointer?
    let mac: OpaquePointer?
}
