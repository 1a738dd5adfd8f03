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
}
