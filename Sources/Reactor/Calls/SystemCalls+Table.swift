extension SystemCalls {
    /// The functions. The first argument is always the table's context. `address` points at a C socket address.
    @safe public struct Table {
        public typealias Context = UnsafeMutableRawPointer?

        public var recv: @convention(c) (Context, Int32, UnsafeMutableRawPointer, Int) -> Int
        public var send: @convention(c) (Context, Int32, UnsafeRawPointer, Int) -> Int
        /// Pointer to, and number of, `Slice`s.
        public var sendVector: @convention(c) (Context, Int32, UnsafeRawPointer, Int) -> Int
        /// A non-blocking, close-on-exec stream socket of an address family.
        public var socket: @convention(c) (Context, Int32) -> Int
        public var bind: @convention(c) (Context, Int32, UnsafeRawPointer, UInt32) -> Int
        public var listen: @convention(c) (Context, Int32, Int32) -> Int
        public var accept:
            @convention(c) (Context, Int32, UnsafeMutableRawPointer, UnsafeMutablePointer<UInt32>) -> Int
        public var connect: @convention(c) (Context, Int32, UnsafeRawPointer, UInt32) -> Int
        /// Takes the pending error of a socket: its number, or 0.
        public var socketError: @convention(c) (Context, Int32) -> Int
        /// Bytes that the peer has acknowledged since it connected.
        public var acknowledgedBytes: @convention(c) (Context, Int32) -> Int
        /// Descriptor, raw `SocketOption`, value.
        public var setOption: @convention(c) (Context, Int32, Int32, Int32) -> Int
        public var peerName:
            @convention(c) (Context, Int32, UnsafeMutableRawPointer, UnsafeMutablePointer<UInt32>) -> Int
        public var localName:
            @convention(c) (Context, Int32, UnsafeMutableRawPointer, UnsafeMutablePointer<UInt32>) -> Int
        public var shutdown: @convention(c) (Context, Int32, Int32) -> Int
        public var close: @convention(c) (Context, Int32) -> Int
        public var unlink: @convention(c) (Context, UnsafePointer<CChar>) -> Int
        public var epollCreate: @convention(c) (Context) -> Int
        /// Epoll descriptor, operation, descriptor, `Readiness` and `Interest` bits, token.
        public var epollControl: @convention(c) (Context, Int32, Int32, Int32, UInt32, UInt64) -> Int
        /// Epoll descriptor, pointer to `ReadyEvent`s, their number, milliseconds to wait (negative: for ever).
        public var epollWait: @convention(c) (Context, Int32, UnsafeMutableRawPointer, Int32, Int32) -> Int
        public var eventCreate: @convention(c) (Context) -> Int
        public var eventRead: @convention(c) (Context, Int32, UnsafeMutablePointer<UInt64>) -> Int
        public var eventWrite: @convention(c) (Context, Int32, UInt64) -> Int
        /// Nanoseconds of the monotonic clock.
        public var monotonic: @convention(c) (Context) -> Int
        /// Nanoseconds since 1970.
        public var realtime: @convention(c) (Context) -> Int
        public var random: @convention(c) (Context, UnsafeMutableRawPointer, Int) -> Int

        public init(
            recv: @escaping @convention(c) (Context, Int32, UnsafeMutableRawPointer, Int) -> Int,
            send: @escaping @convention(c) (Context, Int32, UnsafeRawPointer, Int) -> Int,
            sendVector: @escaping @convention(c) (Context, Int32, UnsafeRawPointer, Int) -> Int,
            socket: @escaping @convention(c) (Context, Int32) -> Int,
            bind: @escaping @convention(c) (Context, Int32, UnsafeRawPointer, UInt32) -> Int,
            listen: @escaping @convention(c) (Context, Int32, Int32) -> Int,
            accept:
                @escaping @convention(c) (
                    Context, Int32, UnsafeMutableRawPointer, UnsafeMutablePointer<UInt32>
                ) -> Int,
            connect: @escaping @convention(c) (Context, Int32, UnsafeRawPointer, UInt32) -> Int,
            socketError: @escaping @convention(c) (Context, Int32) -> Int,
            acknowledgedBytes: @escaping @convention(c) (Context, Int32) -> Int,
            setOption: @escaping @convention(c) (Context, Int32, Int32, Int32) -> Int,
            peerName:
                @escaping @convention(c) (
                    Context, Int32, UnsafeMutableRawPointer, UnsafeMutablePointer<UInt32>
                ) -> Int,
            localName:
                @escaping @convention(c) (
                    Context, Int32, UnsafeMutableRawPointer, UnsafeMutablePointer<UInt32>
                ) -> Int,
            shutdown: @escaping @convention(c) (Context, Int32, Int32) -> Int,
            close: @escaping @convention(c) (Context, Int32) -> Int,
            unlink: @escaping @convention(c) (Context, UnsafePointer<CChar>) -> Int,
            epollCreate: @escaping @convention(c) (Context) -> Int,
            epollControl: @escaping @convention(c) (Context, Int32, Int32, Int32, UInt32, UInt64) -> Int,
            epollWait:
                @escaping @convention(c) (Context, Int32, UnsafeMutableRawPointer, Int32, Int32) -> Int,
            eventCreate: @escaping @convention(c) (Context) -> Int,
            eventRead: @escaping @convention(c) (Context, Int32, UnsafeMutablePointer<UInt64>) -> Int,
            eventWrite: @escaping @convention(c) (Context, Int32, UInt64) -> Int,
            monotonic: @escaping @convention(c) (Context) -> Int,
            realtime: @escaping @convention(c) (Context) -> Int,
            random: @escaping @convention(c) (Context, UnsafeMutableRawPointer, Int) -> Int
        ) {
            unsafe self.recv = recv
            unsafe self.send = send
            unsafe self.sendVector = sendVector
            unsafe self.socket = socket
            unsafe self.bind = bind
            unsafe self.listen = listen
            unsafe self.accept = accept
            unsafe self.connect = connect
            unsafe self.socketError = socketError
            unsafe self.acknowledgedBytes = acknowledgedBytes
            unsafe self.setOption = setOption
            unsafe self.peerName = peerName
            unsafe self.localName = localName
            unsafe self.shutdown = shutdown
            unsafe self.close = close
            unsafe self.unlink = unlink
            unsafe self.epollCreate = epollCreate
            unsafe self.epollControl = epollControl
            unsafe self.epollWait = epollWait
            unsafe self.eventCreate = eventCreate
            unsafe self.eventRead = eventRead
            unsafe self.eventWrite = eventWrite
            unsafe self.monotonic = monotonic
            unsafe self.realtime = realtime
            unsafe self.random = random
        }
    }
}
