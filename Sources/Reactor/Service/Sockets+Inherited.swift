import CLinux

extension Sockets {
    /// Takes a listening socket over that the process was started with.
    ///
    /// - Returns: where it is bound.
    public static func adoptListener(
        _ descriptor: FileDescriptor, calls: SystemCalls
    ) throws(ReactorError) -> SocketAddress {
        let result = clinux_adopt_listener(descriptor)
        guard result == 0 else {
            throw ReactorError(.adopt, "descriptor \(descriptor)", SystemError(code: -result))
        }
        return try localAddress(of: descriptor, calls: calls)
    }
}
