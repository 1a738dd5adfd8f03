import CLinux

extension SystemCalls {
    /// The kernel's own calls. EINTR is retried inside; a bad descriptor or pointer, which only we can pass, ends the
    /// process with a message that names the call.
    public static var linux: SystemCalls {
        unsafe SystemCalls(unsafeTable: linuxTable.pointer, context: nil)
    }

    /// One table for the life of the process. Sendable because it is never written after its making.
    @safe private struct LinuxTable: @unchecked Sendable {
        let pointer: UnsafePointer<Table>

        init() {
            let fresh = UnsafeMutablePointer<Table>.allocate(capacity: 1)
            unsafe fresh.initialize(
                to: Table(
                    recv: clinux_recv, send: clinux_send, sendVector: clinux_send_vector,
                    socket: clinux_socket, bind: clinux_bind, listen: clinux_listen, accept: clinux_accept,
                    connect: clinux_connect, socketError: clinux_socket_error,
                    acknowledgedBytes: clinux_acknowledged_bytes, setOption: clinux_set_option,
                    peerName: clinux_peer_name, localName: clinux_local_name, shutdown: clinux_shutdown,
                    close: clinux_close, unlink: clinux_unlink, epollCreate: clinux_epoll_create,
                    epollControl: clinux_epoll_control, epollWait: clinux_epoll_wait,
                    eventCreate: clinux_event_create, eventRead: clinux_event_read,
                    eventWrite: clinux_event_write, monotonic: clinux_monotonic, realtime: clinux_realtime,
                    random: clinux_random))
            unsafe pointer = UnsafePointer(fresh)
        }
    }

    private static let linuxTable = LinuxTable()
}
