public import Substrate

/// A descriptor that the kernel, or its simulation, handed out.
public typealias FileDescriptor = Int32

/// Everything that the data plane asks of the operating system: a table of C functions and a context for them.
///
/// Every call answers with its result ≥ 0, or with −errno; nobody reads `errno`. A call costs one load and one
/// indirect jump over the plain C call (measured: +0.3 ns in place), so the same code runs on the kernel and on a
/// simulation. Two words: pass it by value.
///
/// Sendable because the table never changes, and a context takes care of its own threads.
@safe public struct SystemCalls: @unchecked Sendable, BitwiseCopyable {
    let table: UnsafePointer<Table>
    let context: UnsafeMutableRawPointer?

    /// - Parameters:
    ///   - table: lives, unchanged, for as long as any copy of the value.
    ///   - context: handed to every call; outlives every copy of the value.
    public init(unsafeTable table: UnsafePointer<Table>, context: UnsafeMutableRawPointer?) {
        unsafe self.table = table
        unsafe self.context = context
    }

    // MARK: Bytes

    /// The corresponding C function is `recv`. 0 is the end of the peer's bytes.
    public func recv(_ fd: FileDescriptor, _ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
        unsafe table.pointee.recv(context, fd, buffer, count)
    }

    /// Receives behind `buffer`'s content, at most into the room that it has once `minimum` bytes fit.
    ///
    /// - Returns: what `recv` answers, and how many bytes it could have answered.
    public func recv(
        _ fd: FileDescriptor, into buffer: inout ByteBuffer, minimum: Int
    ) -> (result: Int, capacity: Int) {
        let spare = unsafe buffer.unsafeSpare(minimum: minimum)
        guard let base = spare.baseAddress else { return (SystemError.wouldBlock.result, 0) }
        let result = unsafe table.pointee.recv(context, fd, base, spare.count)
        if result > 0 { buffer.commit(result) }
        return (result, spare.count)
    }

    /// The corresponding C function is `send` with `MSG_NOSIGNAL`.
    public func send(_ fd: FileDescriptor, _ buffer: UnsafeRawPointer, _ count: Int) -> Int {
        unsafe table.pointee.send(context, fd, buffer, count)
    }

    /// Sends `bytes`, or their first part. 0 for no bytes, without a call.
    public func send(_ fd: FileDescriptor, _ bytes: Bytes) -> Int {
        guard bytes.count > 0, let base = unsafe bytes.unsafeBase else { return 0 }
        return unsafe table.pointee.send(context, fd, base, bytes.count)
    }

    /// Sends up to four pieces in one call, empty ones left out. The corresponding C function is `sendmsg`.
    public func sendVector(
        _ fd: FileDescriptor, _ first: Bytes, _ second: Bytes, _ third: Bytes = Bytes(),
        _ fourth: Bytes = Bytes()
    ) -> Int {
        var slices = (Slice(), Slice(), Slice(), Slice())
        return unsafe withUnsafeMutableBytes(of: &slices) { raw in
            let slots = unsafe raw.assumingMemoryBound(to: Slice.self)
            var used = 0
            unsafe Self.add(first, to: slots, &used)
            unsafe Self.add(second, to: slots, &used)
            unsafe Self.add(third, to: slots, &used)
            unsafe Self.add(fourth, to: slots, &used)
            guard used > 0, let base = raw.baseAddress else { return 0 }
            return unsafe table.pointee.sendVector(context, fd, base, used)
        }
    }

    private static func add(_ bytes: Bytes, to slots: UnsafeMutableBufferPointer<Slice>, _ used: inout Int) {
        guard bytes.count > 0, let base = unsafe bytes.unsafeBase else { return }
        unsafe slots[used] = Slice(base: base, count: bytes.count)
        used &+= 1
    }

    /// One piece of a vectored send: the layout of C's `iovec`.
    @safe public struct Slice {
        public var base: UnsafeRawPointer?
        public var count: Int

        public init() {
            unsafe base = nil
            count = 0
        }

        public init(base: UnsafeRawPointer?, count: Int) {
            unsafe self.base = base
            self.count = count
        }
    }
}
