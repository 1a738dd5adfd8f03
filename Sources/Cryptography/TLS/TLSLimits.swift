/// Bounds of TLS. What a peer can make us hold or do is here.
public enum TLSLimits {
    /// Certificates between a leaf and its authority.
    public static var maxIntermediates: Int { 4 }
    /// Bytes of one record's content (RFC 8446 §5.1): room for `read` that always takes a whole record.
    public static var maxRecordBytes: Int { 16_384 }
    /// Bytes of a subject kept for logs; longer ones are cut.
    public static var maxSubjectBytes: Int { 255 }
    /// Bytes of all ALPN names together with their length bytes.
    public static var maxProtocolListBytes: Int { 255 }
    /// Bytes of one protected record behind its header (RFC 8446 §5.2).
    static var maxProtectedBytes: Int { maxRecordBytes + 256 }
    /// Records under one key before we change it: full-size ones may be 2^24.5 with AES-GCM (RFC 8446 §5.5).
    static var maxRecordsPerKey: UInt64 { 1 << 24 }
    /// Records in a row that bring the application nothing: empty ones, key updates, tickets. Each costs us work.
    static var maxQuietRecords: Int { 32 }
    /// For so long a session may be resumed, counted from its whole handshake: a working day. RFC 8446 §4.6.1 would
    /// allow seven days.
    public static var ticketLifetimeSeconds: UInt64 { 8 * 3600 }
    /// For so long tickets are made with one key; it understands them for as long again. Not shorter than a ticket's
    /// life, so that none dies before its time.
    public static var ticketKeyPeriodSeconds: UInt64 { 8 * 3600 }
    /// Tickets behind a whole handshake of TLS 1.3; a resumed one brings one again. OpenSSL's default is 2.
    static var ticketsPerHandshake: Int { 1 }
    /// Certificates of one listener.
    public static var maxCertificates: Int { 64 }
    /// Bytes of a server's ticket, which we pass over: more than any that carries a client's certificates.
    static var maxTicketBytes: Int { 65_536 }
}
