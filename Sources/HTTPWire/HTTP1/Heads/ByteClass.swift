import Substrate

/// What a byte may be part of: one table lookup answers all of it.
enum ByteClass {
    /// `tchar` of RFC 9110 §5.6.2.
    static var token: UInt8 { 1 }
    /// `pchar` of RFC 3986 §3.3 that needs no second look in a path: not `.`, not `%`.
    static var plainPath: UInt8 { 2 }
    /// Of a query: RFC 3986 §3.4, and what browsers leave as it is: brackets, braces, bar, caret, backquote,
    /// backslash and a lone percent sign.
    static var query: UInt8 { 4 }
    /// `unreserved` of RFC 3986 §2.3.
    static var unreserved: UInt8 { 8 }
    /// Of a host name: letters, digits, `-`, `.`, `_`.
    static var host: UInt8 { 16 }
    static var underscore: UInt8 { 32 }

    // 0x40 + the classes of byte i, at index i: printable, so that a literal holds it.
    private static var table: StaticString {
        """
        @@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@G@AGEGGFFGGF_]D__________FF@F@D\
        F__________________________DDDE\u{7F}E__________________________DEDO@\
        @@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\
        @@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
        """
    }

    static func of(_ byte: UInt8) -> UInt8 {
        // The table has 256 entries, one for every UInt8.
        unsafe table.utf8Start[Int(byte)]
    }

    static func isIn(_ byte: UInt8, _ classes: UInt8) -> Bool { of(byte) & classes != 0 }
}
