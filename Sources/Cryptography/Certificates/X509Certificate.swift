import COpenSSL
import Glibc
import Substrate

/// Owns one reference on an `X509`, freed in `deinit`. Configuration time only.
@safe final class X509Certificate {
    let pointer: OpaquePointer

    /// Takes over the caller's reference.
    init(owning pointer: OpaquePointer) { unsafe self.pointer = pointer }

    deinit { unsafe X509_free(pointer) }

    var notBefore: WallTime { unsafe Self.notBefore(of: pointer) }
    var notAfter: WallTime { unsafe Self.notAfter(of: pointer) }

    /// Of a certificate that somebody else owns.
    static func notBefore(of certificate: OpaquePointer) -> WallTime {
        unsafe time(X509_get0_notBefore(certificate))
    }
    static func notAfter(of certificate: OpaquePointer) -> WallTime {
        unsafe time(X509_get0_notAfter(certificate))
    }

    /// RFC 2253 form, escaped.
    var subject: String {
        var buffer = ByteBuffer()
        let name = unsafe X509_get_subject_name(pointer)
        unsafe PeerNames.appendSubject(name, to: &buffer, limit: 1024)
        return buffer.bytes.text
    }

    /// Before 1970 is 0; past what 64 bits of nanoseconds hold (the year 2554) is `.max`: "never expires" is 9999.
    private static func time(_ field: UnsafePointer<ASN1_TIME>?) -> WallTime {
        var parts = unsafe tm()
        guard unsafe ASN1_TIME_to_tm(field, &parts) == 1 else { return WallTime(nanoseconds: 0) }
        let seconds = unsafe timegm(&parts)
        guard seconds > 0 else { return WallTime(nanoseconds: 0) }
        let (nanoseconds, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        return WallTime(nanoseconds: overflow ? .max : nanoseconds)
    }
}
