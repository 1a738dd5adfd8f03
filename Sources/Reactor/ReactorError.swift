/// A step of setting up failed: what was tried, on which address, the kernel's reason and what would help.
public struct ReactorError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was being done.
    public enum Step: String, Sendable {
        case createLoop = "create the event loop"
        case watch = "watch a descriptor"
        case createSocket = "create a socket"
        case bind = "bind"
        case listen = "listen"
        case readAddress = "read a socket's address"
        case startThread = "start a thread"
        case openSignals = "open the signal descriptor"
        case raiseFileLimit = "raise the limit of open files"
        case adopt = "use an inherited socket"
        case notify = "tell the service manager at"
    }

    public var step: Step
    /// The address, thread or path concerned; empty for none.
    public var subject: String
    public var cause: SystemError

    public init(_ step: Step, _ subject: String = "", _ cause: SystemError) {
        self.step = step
        self.subject = subject
        self.cause = cause
    }

    /// What to do about it; empty when the cause says it all.
    public var remedy: String {
        switch cause {
        case .addressInUse:
            "another process listens there: stop it (ss -ltnp shows which), or choose another address"
        case .permissionDenied where step == .bind:
            "ports below 1024 need CAP_NET_BIND_SERVICE, a Unix socket needs a writable folder"
        case .addressNotAvailable: "no interface of this machine has that address"
        case .invalidArgument where step == .adopt, .badDescriptor where step == .adopt:
            "LISTEN_FDS counts stream sockets that listen, from descriptor 3 on"
        case .noSuchFile where step == .bind: "the socket's folder does not exist"
        case .tooManyFiles: "raise the process's limit of open files (ulimit -n)"
        case .tooManyFilesInSystem: "raise fs.file-max"
        default: ""
        }
    }

    public var description: String {
        var text = "cannot \(step.rawValue)"
        if !subject.isEmpty { text += " \(subject)" }
        text += ": \(cause.description)"
        if !remedy.isEmpty { text += " (\(remedy))" }
        return text
    }
}
