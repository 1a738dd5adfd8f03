public import Reactor
import Substrate

/// The simulation's table: C functions that find their network in the context.
extension SimulatedNetwork {
    /// For the code under test.
    public var calls: SystemCalls {
        unsafe SystemCalls(
            unsafeTable: SimulatedTable.shared.pointer, context: Unmanaged.passUnretained(self).toOpaque())
    }

    fileprivate static func at(_ context: UnsafeMutableRawPointer?) -> SimulatedNetwork {
        guard let context = unsafe context else { preconditionFailure("the table comes with its network") }
        return unsafe Unmanaged<SimulatedNetwork>.fromOpaque(context).takeUnretainedValue()
    }

    fileprivate static func copy(
        _ address: SocketAddress?, to target: UnsafeMutableRawPointer, _ length: UnsafeMutablePointer<UInt32>
    ) {
        guard let address else {
            // An unnamed Unix socket: its family alone.
            unsafe target.storeBytes(of: SocketAddress.Family.unix.rawValue, as: UInt16.self)
            unsafe length.pointee = 2
            return
        }
        unsafe length.pointee = address.copyUnsafeSockaddr(to: target, capacity: length.pointee)
    }

    fileprivate func unlink(_ path: String) -> Int {
        withLock {
            guard let address = SocketAddress(unixPath: path), isTaken(address) else {
                return SystemError.noSuchFile.result
            }
            listeners.removeAll { $0.address == address }
            return 0
        }
    }

    fileprivate func fill(_ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
        withLock {
            for index in 0..<count {
                unsafe buffer.storeBytes(
                    of: UInt8(truncatingIfNeeded: random.next()), toByteOffset: index, as: UInt8.self)
            }
            return count
        }
    }
}

/// Sendable because it is never written after its making.
@safe private struct SimulatedTable: @unchecked Sendable {
    static let shared = SimulatedTable()
    let pointer: UnsafePointer<SystemCalls.Table>

    init() {
        let table = unsafe SystemCalls.Table(
            recv: { unsafe SimulatedNetwork.at($0).recv($1, $2, $3) },
            send: {
                unsafe SimulatedNetwork.at($0).send(
                    $1, Array(UnsafeRawBufferPointer(start: $2, count: $3)), as: .send)
            },
            sendVector: {
                let slices = unsafe UnsafeBufferPointer(
                    start: $2.assumingMemoryBound(to: SystemCalls.Slice.self), count: $3)
                var bytes: [UInt8] = []
                for index in slices.indices {
                    let slice = unsafe slices[index]
                    unsafe bytes += Array(UnsafeRawBufferPointer(start: slice.base, count: slice.count))
                }
                return unsafe SimulatedNetwork.at($0).send($1, bytes, as: .sendVector)
            },
            socket: { unsafe SimulatedNetwork.at($0).socket($1) },
            bind: {
                guard let address = unsafe SocketAddress(unsafeSockaddr: $2, length: $3) else { return -22 }
                return unsafe SimulatedNetwork.at($0).bind($1, address)
            },
            listen: { unsafe SimulatedNetwork.at($0).listen($1, $2) },
            accept: { context, fd, target, length in
                unsafe SimulatedNetwork.at(context).accept(fd) {
                    unsafe SimulatedNetwork.copy($0, to: target, length)
                }
            },
            connect: {
                guard let address = unsafe SocketAddress(unsafeSockaddr: $2, length: $3) else { return -22 }
                return unsafe SimulatedNetwork.at($0).connect($1, address)
            },
            socketError: { unsafe SimulatedNetwork.at($0).socketError($1) },
            acknowledgedBytes: { unsafe SimulatedNetwork.at($0).acknowledgedBytes($1) },
            setOption: { unsafe SimulatedNetwork.at($0).setOption($1, $2, $3) },
            peerName: { context, fd, target, length in
                unsafe SimulatedNetwork.at(context).name(fd, ofPeer: true) {
                    unsafe SimulatedNetwork.copy($0, to: target, length)
                }
            },
            localName: { context, fd, target, length in
                unsafe SimulatedNetwork.at(context).name(fd, ofPeer: false) {
                    unsafe SimulatedNetwork.copy($0, to: target, length)
                }
            },
            shutdown: { unsafe SimulatedNetwork.at($0).shutdown($1, $2) },
            close: { unsafe SimulatedNetwork.at($0).close($1) },
            unlink: { unsafe SimulatedNetwork.at($0).unlink(String(cString: $1)) },
            epollCreate: { unsafe SimulatedNetwork.at($0).epollCreate() },
            epollControl: { unsafe SimulatedNetwork.at($0).epollControl($1, $2, $3, $4, $5) },
            epollWait: {
                unsafe SimulatedNetwork.at($0).epollWait(
                    $1, $2.assumingMemoryBound(to: ReadyEvent.self), $3, $4)
            },
            eventCreate: { unsafe SimulatedNetwork.at($0).eventCreate() },
            eventRead: { context, fd, value in
                unsafe SimulatedNetwork.at(context).eventRead(fd) { unsafe value.pointee = $0 }
            },
            eventWrite: { unsafe SimulatedNetwork.at($0).eventWrite($1, $2) },
            monotonic: {
                let network = unsafe SimulatedNetwork.at($0)
                return Int(network.now.nanoseconds)
            },
            realtime: {
                // 2026-09-01T00:00:00Z and what has passed since.
                let network = unsafe SimulatedNetwork.at($0)
                return Int(network.now.nanoseconds - 1_000_000_000_000) + 1_788_220_800_000_000_000
            },
            random: { unsafe SimulatedNetwork.at($0).fill($1, $2) })
        let fresh = UnsafeMutablePointer<SystemCalls.Table>.allocate(capacity: 1)
        unsafe fresh.initialize(to: table)
        unsafe pointer = UnsafePointer(fresh)
    }
}
