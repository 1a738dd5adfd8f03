import CLinux

/// Why a system call failed: the kernel's error number.
public struct SystemError: Error, Equatable, Hashable, Sendable, BitwiseCopyable, CustomStringConvertible {
    /// The positive error number, as Linux numbers them on x86-64 and arm64.
    public var code: Int32

    public init(code: Int32) { self.code = code }

    /// From a call's negative result.
    public init(result: Int) {
        precondition(result < 0, "only a failed call has an error")
        code = Int32(truncatingIfNeeded: 0 &- result)
    }

    /// What a call answers for this error: −errno.
    public var result: Int { 0 &- Int(code) }

    /// EAGAIN: nothing to read, no room to write, nobody to accept.
    public static var wouldBlock: SystemError { SystemError(code: 11) }
    public static var noSuchFile: SystemError { SystemError(code: 2) }
    public static var badDescriptor: SystemError { SystemError(code: 9) }
    public static var outOfMemory: SystemError { SystemError(code: 12) }
    public static var permissionDenied: SystemError { SystemError(code: 13) }
    public static var invalidArgument: SystemError { SystemError(code: 22) }
    /// ENFILE: the whole machine is out of descriptors.
    public static var tooManyFilesInSystem: SystemError { SystemError(code: 23) }
    /// EMFILE: this process is.
    public static var tooManyFiles: SystemError { SystemError(code: 24) }
    public static var brokenPipe: SystemError { SystemError(code: 32) }
    public static var addressInUse: SystemError { SystemError(code: 98) }
    public static var addressNotAvailable: SystemError { SystemError(code: 99) }
    public static var networkUnreachable: SystemError { SystemError(code: 101) }
    public static var connectionAborted: SystemError { SystemError(code: 103) }
    public static var connectionReset: SystemError { SystemError(code: 104) }
    public static var noBufferSpace: SystemError { SystemError(code: 105) }
    public static var notConnected: SystemError { SystemError(code: 107) }
    public static var timedOut: SystemError { SystemError(code: 110) }
    public static var connectionRefused: SystemError { SystemError(code: 111) }
    public static var hostUnreachable: SystemError { SystemError(code: 113) }
    public static var inProgress: SystemError { SystemError(code: 115) }

    /// The kernel's words. Not on the request path.
    public var description: String { unsafe String(cString: clinux_error_text(code)) }
}
