public import Substrate

/// A rule of HTTP/1 that a peer broke. After any of these byte positions mean nothing: the connection ends.
public enum HTTP1Fault: UInt8, Error, Sendable, BitwiseCopyable, CaseIterable {
    case none
    case tooManyEmptyLines
    case methodInvalid
    case methodRefused
    case requestLineMalformed
    case targetTooLong
    case targetMalformed
    case schemeUnsupported
    case versionUnsupported
    case fragmentInTarget
    case backslashInPath
    case nonASCIIInTarget
    case controlInTarget
    case characterInPath
    case characterInQuery
    case percentMalformed
    case encodedSlash
    case encodedControl
    case doubleEncoding
    case overlongEncoding
    case pathAboveRoot
    case dotSegmentWithParameters
    case bareCarriageReturn
    case bareLineFeed
    case obsoleteFold
    case emptyFieldName
    case spaceBeforeColon
    case fieldNameInvalid
    case colonMissing
    case nulInField
    case controlInField
    case tooManyFields
    case headTooLarge
    case underscoreInName
    case contentLengthDuplicate
    case contentLengthInvalid
    case contentLengthOverflow
    case lengthAndCoding
    case transferCodingUnknown
    case transferCodingAmbiguous
    case transferCodingDuplicate
    case transferCodingInHTTP10
    case hostMissing
    case hostDuplicate
    case hostInvalid
    case hostNotAuthority
    case expectationUnknown
    case connectionOptionInvalid
    case connectionOptionProtected
    case chunkSizeInvalid
    case chunkSizeOverflow
    case chunkExtensionInvalid
    case chunkHeaderTooLong
    case chunkDataUnterminated
    case trailersTooLarge
    case trailerForbidden
    case statusLineMalformed
    case truncated
}

extension HTTP1Fault {
    /// What a client that broke the rule is answered.
    public var requestReason: ReasonCode {
        switch self {
        case .none:
            .none
        case .tooManyEmptyLines, .methodInvalid, .requestLineMalformed, .bareCarriageReturn, .bareLineFeed,
            .obsoleteFold, .emptyFieldName, .spaceBeforeColon, .fieldNameInvalid, .colonMissing, .nulInField,
            .controlInField, .connectionOptionInvalid, .connectionOptionProtected, .trailerForbidden:
            .requestMalformed
        case .methodRefused:
            .methodRefused
        case .targetTooLong:
            .targetTooLong
        case .targetMalformed, .schemeUnsupported, .fragmentInTarget, .backslashInPath, .nonASCIIInTarget,
            .controlInTarget, .characterInPath, .characterInQuery, .percentMalformed, .encodedSlash,
            .encodedControl, .doubleEncoding, .overlongEncoding, .pathAboveRoot, .dotSegmentWithParameters:
            .pathRefused
        case .versionUnsupported:
            .versionUnsupported
        case .tooManyFields:
            .tooManyFields
        case .headTooLarge, .trailersTooLarge:
            .headTooLarge
        case .underscoreInName:
            .underscoreName
        case .contentLengthDuplicate, .contentLengthInvalid, .contentLengthOverflow, .lengthAndCoding,
            .transferCodingAmbiguous, .transferCodingDuplicate, .transferCodingInHTTP10, .chunkSizeInvalid,
            .chunkSizeOverflow, .chunkExtensionInvalid, .chunkHeaderTooLong, .chunkDataUnterminated:
            .framingAmbiguous
        case .transferCodingUnknown:
            .transferCodingUnsupported
        case .hostMissing, .hostDuplicate, .hostInvalid, .hostNotAuthority:
            .hostMissing
        case .expectationUnknown:
            .expectationFailed
        case .statusLineMalformed:
            .upstreamResponseMalformed
        case .truncated:
            .upstreamReset
        }
    }

    /// What is said of an upstream that broke the rule.
    public var responseReason: ReasonCode {
        switch self {
        case .none: .none
        case .truncated: .upstreamReset
        default: .upstreamResponseMalformed
        }
    }

    /// The rule in one sentence, for the error log. Holds nothing that the peer sent.
    public var explanation: StaticString {
        switch self {
        case .none:
            "Nothing is wrong."
        case .tooManyEmptyLines:
            "More than two empty lines before the request line (RFC 9112 section 2.2)."
        case .methodInvalid:
            "The method is not a token of at most 32 bytes (RFC 9110 section 9.1)."
        case .methodRefused:
            "TRACE and CONNECT are refused."
        case .requestLineMalformed:
            "The request line is not method SP target SP version CRLF (RFC 9112 section 3)."
        case .targetTooLong:
            "The request target is over its limit."
        case .targetMalformed:
            "The request target has none of the forms of RFC 9112 section 3.2."
        case .schemeUnsupported:
            "An absolute target has a scheme other than http and https."
        case .versionUnsupported:
            "The version is not HTTP/1.0 or HTTP/1.1."
        case .fragmentInTarget:
            "The target holds a fragment (CVE-2023-45539)."
        case .backslashInPath:
            "The path holds a backslash."
        case .nonASCIIInTarget:
            "The target holds a byte above 0x7F."
        case .controlInTarget:
            "The target holds a control byte."
        case .characterInPath:
            "The path holds a byte that RFC 3986 section 3.3 leaves out."
        case .characterInQuery:
            "The query holds a byte that neither RFC 3986 nor browsers leave unencoded."
        case .percentMalformed:
            "A percent sign in the path is not followed by two hexadecimal digits."
        case .encodedSlash:
            "The path holds an encoded slash or backslash."
        case .encodedControl:
            "The path holds an encoded control byte."
        case .doubleEncoding:
            "The path holds %25 before two hexadecimal digits."
        case .overlongEncoding:
            "The path holds an overlong UTF-8 sequence."
        case .pathAboveRoot:
            "Dot segments lead above the root."
        case .dotSegmentWithParameters:
            "A dot segment carries parameters, which some servers cut off before they resolve it."
        case .bareCarriageReturn:
            "A carriage return without a line feed behind it (RFC 9112 section 2.2)."
        case .bareLineFeed:
            "A line feed without a carriage return before it (RFC 9112 section 2.2)."
        case .obsoleteFold:
            "A line starts with a blank (RFC 9112 section 5.2)."
        case .emptyFieldName:
            "A field line starts with a colon (CVE-2023-25725)."
        case .spaceBeforeColon:
            "A blank between field name and colon (RFC 9112 section 5.1)."
        case .fieldNameInvalid:
            "A field name is not a token (RFC 9110 section 5.1)."
        case .colonMissing:
            "A field line has no colon."
        case .nulInField:
            "A field value holds a NUL (CVE-2019-9900)."
        case .controlInField:
            "A field value holds a control byte (RFC 9110 section 5.5)."
        case .tooManyFields:
            "The number of field lines is over its limit."
        case .headTooLarge:
            "The head is over its limit."
        case .underscoreInName:
            "A field name holds an underscore (CVE-2025-64484)."
        case .contentLengthDuplicate:
            "Content-Length occurs more than once."
        case .contentLengthInvalid:
            "Content-Length is not 1 to 19 digits (CVE-2023-40225)."
        case .contentLengthOverflow:
            "Content-Length is over 2^63 - 1 (CVE-2021-40346)."
        case .lengthAndCoding:
            "Content-Length and Transfer-Encoding together (RFC 9112 section 6.3)."
        case .transferCodingUnknown:
            "A transfer coding other than chunked."
        case .transferCodingAmbiguous:
            "Transfer-Encoding is not exactly chunked (CVE-2019-18277)."
        case .transferCodingDuplicate:
            "Transfer-Encoding occurs more than once."
        case .transferCodingInHTTP10:
            "Transfer-Encoding in HTTP/1.0 (CVE-2026-2835)."
        case .hostMissing:
            "HTTP/1.1 without Host."
        case .hostDuplicate:
            "Host occurs more than once."
        case .hostInvalid:
            "The host is not a name or address with an optional port."
        case .hostNotAuthority:
            "Host differs from the authority of an absolute target."
        case .expectationUnknown:
            "An expectation other than 100-continue."
        case .connectionOptionInvalid:
            "Connection is not a list of at most 16 tokens."
        case .connectionOptionProtected:
            "Connection lists a field that is not its sender's to remove (CVE-2024-45410, CVE-2022-31813)."
        case .chunkSizeInvalid:
            "A chunk does not start with 1 to 16 hexadecimal digits."
        case .chunkSizeOverflow:
            "A chunk size is over 2^63 - 1."
        case .chunkExtensionInvalid:
            "A chunk extension holds a control byte."
        case .chunkHeaderTooLong:
            "A chunk header is over its limit."
        case .chunkDataUnterminated:
            "Chunk data is not followed by CRLF."
        case .trailersTooLarge:
            "The trailer section is over its limit."
        case .trailerForbidden:
            "A field for framing, routing, trust or credentials in a trailer section (RFC 9110 section 6.5.1)."
        case .statusLineMalformed:
            "The status line is not version SP three digits, optionally SP and a phrase (RFC 9112 section 4)."
        case .truncated:
            "The connection ended inside a message."
        }
    }
}
