public import Substrate

extension SystemCalls {
    public func epollCreate() -> Int { unsafe table.pointee.epollCreate(context) }

    public func epollAdd(
        _ epoll: FileDescriptor, _ fd: FileDescriptor, _ interest: Interest, token: UInt64
    ) -> Int {
        unsafe table.pointee.epollControl(context, epoll, 1, fd, interest.rawValue, token)
    }

    public func epollRemove(_ epoll: FileDescriptor, _ fd: FileDescriptor) -> Int {
        unsafe table.pointee.epollControl(context, epoll, 2, fd, 0, 0)
    }

    public func epollModify(
        _ epoll: FileDescriptor, _ fd: FileDescriptor, _ interest: Interest, token: UInt64
    ) -> Int {
        unsafe table.pointee.epollControl(context, epoll, 3, fd, interest.rawValue, token)
    }

    /// - Parameters:
    ///   - events: room for `count` events.
    ///   - timeoutMilliseconds: negative waits without end.
    public func epollWait(
        _ epoll: FileDescriptor, _ events: UnsafeMutablePointer<ReadyEvent>, _ count: Int32,
        timeoutMilliseconds: Int32
    ) -> Int {
        unsafe table.pointee.epollWait(context, epoll, events, count, timeoutMilliseconds)
    }

    /// The corresponding C function is `eventfd`, non-blocking and close-on-exec.
    public func eventCreate() -> Int { unsafe table.pointee.eventCreate(context) }

    /// Adds to the event's counter.
    @discardableResult
    public func eventWrite(_ fd: FileDescriptor, _ value: UInt64) -> Int {
        unsafe table.pointee.eventWrite(context, fd, value)
    }

    /// Takes the event's counter; nil when it is 0.
    public func eventRead(_ fd: FileDescriptor) -> UInt64? {
        var value: UInt64 = 0
        let result = unsafe table.pointee.eventRead(context, fd, &value)
        return result < 0 ? nil : value
    }

    public func monotonic() -> MonotonicTime {
        unsafe MonotonicTime(nanoseconds: UInt64(bitPattern: Int64(table.pointee.monotonic(context))))
    }

    public func realtime() -> WallTime {
        unsafe WallTime(nanoseconds: UInt64(bitPattern: Int64(table.pointee.realtime(context))))
    }

    /// Fills memory with random bytes fit for secrets. The corresponding C function is `getrandom`.
    public func random(_ buffer: UnsafeMutableRawPointer, _ count: Int) {
        var filled = 0
        while filled < count {
            let result = unsafe table.pointee.random(context, buffer + filled, count - filled)
            precondition(result > 0, "the kernel has random bytes once it runs")
            filled += result
        }
    }

    /// 64 random bits: a seed for `RandomSource` and for tables keyed by a peer's bytes.
    public func randomSeed() -> UInt64 {
        var seed: UInt64 = 0
        unsafe withUnsafeMutableBytes(of: &seed) { raw in
            if let base = raw.baseAddress { unsafe random(base, 8) }
        }
        return seed
    }
}
