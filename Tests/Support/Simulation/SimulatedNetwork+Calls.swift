import Reactor
import Substrate

/// What the table's functions do. Each takes the lock once.
extension SimulatedNetwork {
    /// Counts the call; an error when it is to fail.
    private func begin(_ call: SimulatedCall) -> Int? {
        counts[call, default: 0] += 1
        guard let fault = faults[call], fault.times > 0 else { return nil }
        faults[call] = fault.times == 1 ? nil : (fault.error, fault.times - 1)
        return fault.error.result
    }

    /// One call: its kind, its descriptor and its result go into the trace.
    private func traced(_ call: SimulatedCall, _ fd: FileDescriptor, _ body: () -> Int) -> Int {
        withLock {
            let result = body()
            let mixed = UInt64(call.rawValue) << 56 ^ UInt64(UInt32(bitPattern: fd)) << 32
            traceSum = (traceSum ^ mixed ^ UInt64(bitPattern: Int64(result))) &* 0x0000_0100_0000_01b3
            traceSum ^= traceSum >> 29
            if let traceLine { traceLine("\(elapsed) \(call) \(fd) \(result)") }
            return result
        }
    }

    private func misuse(_ call: SimulatedCall, _ fd: FileDescriptor) -> Int {
        misuseReports.append("\(call) on descriptor \(fd)")
        return SystemError.badDescriptor.result
    }

    /// The lowest free descriptor, as POSIX wants it: reuse follows closing at once.
    private func open(_ file: SimulatedFile) -> Int {
        guard files.count < descriptorLimit else { return SystemError.tooManyFiles.result }
        var fd: FileDescriptor = 3
        while files[fd] != nil { fd += 1 }
        files[fd] = file
        file.fd = fd
        return Int(fd)
    }

    // MARK: Bytes

    func recv(_ fd: FileDescriptor, _ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
        traced(.recv, fd) {
            if let fault = begin(.recv) { return fault }
            guard let stream = files[fd] as? SimulatedStream else { return misuse(.recv, fd) }
            if stream.phase == .fresh { return SystemError.notConnected.result }
            let taken = min(count, stream.arrived.count)
            if taken > 0 {
                unsafe stream.arrived.withUnsafeBytes { raw in
                    unsafe buffer.copyMemory(from: raw.baseAddress.unsafelyUnwrapped, byteCount: taken)
                }
                stream.arrived.removeFirst(taken)
                roomAppeared(for: stream.other)
                return taken
            }
            // A peer's FIN is final: a later reset shows only in writes (tcp_recvmsg and SOCK_DONE).
            if stream.endArrived { return 0 }
            if let error = stream.pendingError {
                stream.pendingError = nil
                return error.result
            }
            if stream.hasShutRead || stream.phase == .dead { return 0 }
            return SystemError.wouldBlock.result
        }
    }

    func send(_ fd: FileDescriptor, _ bytes: [UInt8], as call: SimulatedCall) -> Int {
        traced(call, fd) {
            if let fault = begin(call) { return fault }
            guard let stream = files[fd] as? SimulatedStream else { return misuse(call, fd) }
            if stream.phase == .connecting { return SystemError.wouldBlock.result }
            guard stream.phase == .connected, !stream.hasShutWrite, let other = stream.other else {
                let error = stream.pendingError ?? .brokenPipe
                stream.pendingError = nil
                return error.result
            }
            if stream.isThrottled {
                stream.wantsRoom = true
                return SystemError.wouldBlock.result
            }
            // A closed end takes the bytes and answers with RST.
            let room = other.isClosed ? bytes.count : stream.room
            let taken = min(bytes.count, room, maxBytesPerWrite ?? .max)
            if taken < bytes.count {
                stream.wantsRoom = true
                if taken < room {
                    stream.isThrottled = true
                    startMoving(stream)
                }
            }
            guard taken > 0 else { return bytes.isEmpty ? 0 : SystemError.wouldBlock.result }
            dispatch(.bytes(Array(bytes[..<taken])), to: other)
            return taken
        }
    }

    // MARK: Sockets

    func socket(_ family: Int32) -> Int {
        traced(.socket, -1) {
            if let fault = begin(.socket) { return fault }
            guard let family = SocketAddress.Family(rawValue: UInt16(truncatingIfNeeded: family)) else {
                return SystemError.invalidArgument.result
            }
            return open(makeStream(family, isScripted: false))
        }
    }

    func bind(_ fd: FileDescriptor, _ address: SocketAddress) -> Int {
        traced(.bind, fd) {
            if let fault = begin(.bind) { return fault }
            guard let stream = files[fd] as? SimulatedStream else { return misuse(.bind, fd) }
            if isTaken(address) { return SystemError.addressInUse.result }
            stream.local = address
            if address.family != .unix, address.port == 0 { stream.local?.port = takePort() }
            return 0
        }
    }

    func listen(_ fd: FileDescriptor, _ backlog: Int32) -> Int {
        traced(.listen, fd) {
            if let fault = begin(.listen) { return fault }
            guard let stream = files[fd] as? SimulatedStream, let address = stream.local else {
                return misuse(.listen, fd)
            }
            if isTaken(address) { return SystemError.addressInUse.result }
            let socket = SimulatedListenerSocket(address: address, isScripted: false)
            socket.backlog = Int(backlog)
            socket.fd = fd
            files[fd] = socket
            listeners.append(socket)
            return 0
        }
    }

    func accept(_ fd: FileDescriptor, _ deliver: (SocketAddress?) -> Void) -> Int {
        traced(.accept, fd) {
            if let fault = begin(.accept) { return fault }
            guard let socket = files[fd] as? SimulatedListenerSocket else { return misuse(.accept, fd) }
            guard !socket.queue.isEmpty else { return SystemError.wouldBlock.result }
            let result = open(socket.queue[0])
            guard result >= 0 else { return result }
            deliver(socket.queue.removeFirst().remote)
            return result
        }
    }

    func connect(_ fd: FileDescriptor, _ address: SocketAddress) -> Int {
        traced(.connect, fd) {
            if let fault = begin(.connect) { return fault }
            guard let stream = files[fd] as? SimulatedStream, stream.phase == .fresh else {
                return misuse(.connect, fd)
            }
            stream.local = stream.local ?? nextLocalAddress(address.family)
            stream.remote = address
            if address.family == .unix {
                return establish(stream, address) ? 0 : SystemError.connectionRefused.result
            }
            stream.phase = .connecting
            connecting.append((stream, address))
            return SystemError.inProgress.result
        }
    }

    func socketError(_ fd: FileDescriptor) -> Int {
        withLock {
            guard let stream = files[fd] as? SimulatedStream else { return 0 }
            let error = stream.pendingError
            stream.pendingError = nil
            return error.map { Int($0.code) } ?? 0
        }
    }

    func acknowledgedBytes(_ fd: FileDescriptor) -> Int {
        withLock {
            guard let stream = files[fd] as? SimulatedStream else { return misuse(.setOption, fd) }
            if stream.family == .unix { return SystemError.invalidArgument.result }
            return stream.acknowledgedBytes
        }
    }

    func setOption(_ fd: FileDescriptor, _ option: Int32, _ value: Int32) -> Int {
        traced(.setOption, fd) {
            if let fault = begin(.setOption) { return fault }
            guard let file = files[fd] else { return misuse(.setOption, fd) }
            if option == SocketOption.resetOnClose.rawValue {
                (file as? SimulatedStream)?.resetsOnClose = value != 0
            }
            if option == SocketOption.refuseConnections.rawValue {
                (file as? SimulatedListenerSocket)?.refusesConnections = true
            }
            return 0
        }
    }

    func name(_ fd: FileDescriptor, ofPeer: Bool, _ deliver: (SocketAddress?) -> Void) -> Int {
        withLock {
            if let socket = files[fd] as? SimulatedListenerSocket, !ofPeer {
                deliver(socket.address)
                return 0
            }
            guard let stream = files[fd] as? SimulatedStream else { return misuse(.socket, fd) }
            if ofPeer, stream.phase != .connected { return SystemError.notConnected.result }
            deliver(ofPeer ? stream.remote : stream.local)
            return 0
        }
    }

    func shutdown(_ fd: FileDescriptor, _ how: Int32) -> Int {
        traced(.shutdown, fd) {
            if let fault = begin(.shutdown) { return fault }
            guard let stream = files[fd] as? SimulatedStream else { return misuse(.shutdown, fd) }
            guard stream.phase == .connected, let other = stream.other else {
                return SystemError.notConnected.result
            }
            if how != ShutdownDirection.write.rawValue { stream.hasShutRead = true }
            if how != ShutdownDirection.read.rawValue, !stream.hasShutWrite {
                stream.hasShutWrite = true
                dispatch(.end, to: other)
            }
            notify(stream)
            return 0
        }
    }

    func close(_ fd: FileDescriptor) -> Int {
        traced(.close, fd) {
            if let fault = begin(.close) { return fault }
            guard let file = files.removeValue(forKey: fd) else { return misuse(.close, fd) }
            for watch in file.watches { watch.epoll.forget(watch) }
            if let stream = file as? SimulatedStream { closeStream(stream) }
            if let socket = file as? SimulatedListenerSocket { closeListener(socket) }
            if let epoll = file as? SimulatedEpoll { for watch in epoll.watched { epoll.forget(watch) } }
            return 0
        }
    }

    // MARK: Events

    func eventCreate() -> Int {
        traced(.eventCreate, -1) { begin(.eventCreate) ?? open(SimulatedEvent()) }
    }

    func eventRead(_ fd: FileDescriptor, _ deliver: (UInt64) -> Void) -> Int {
        traced(.eventRead, fd) {
            if let fault = begin(.eventRead) { return fault }
            guard let event = files[fd] as? SimulatedEvent else { return misuse(.eventRead, fd) }
            guard event.counter > 0 else { return SystemError.wouldBlock.result }
            deliver(event.counter)
            event.counter = 0
            return 8
        }
    }

    func eventWrite(_ fd: FileDescriptor, _ value: UInt64) -> Int {
        traced(.eventWrite, fd) {
            if let fault = begin(.eventWrite) { return fault }
            guard let event = files[fd] as? SimulatedEvent else { return misuse(.eventWrite, fd) }
            event.counter &+= value
            notify(event)
            return 8
        }
    }

    // MARK: Epoll

    func epollCreate() -> Int { traced(.epollCreate, -1) { begin(.epollCreate) ?? open(SimulatedEpoll()) } }

    func epollControl(
        _ epoll: FileDescriptor, _ operation: Int32, _ fd: FileDescriptor, _ events: UInt32, _ token: UInt64
    ) -> Int {
        traced(.epollControl, fd) {
            if let fault = begin(.epollControl) { return fault }
            guard let epoll = files[epoll] as? SimulatedEpoll, let file = files[fd] else {
                return misuse(.epollControl, fd)
            }
            let existing = file.watches.first { $0.epoll === epoll }
            switch (operation, existing) {
            case (1, nil):
                let watch = SimulatedWatch(
                    epoll: epoll, file: file, interest: Interest(rawValue: events), token: token)
                epoll.watched.append(watch)
                file.watches.append(watch)
                if !file.readiness().isDisjoint(with: watch.wanted) { epoll.addCandidate(watch) }
                return 0
            case (2, let watch?):
                epoll.forget(watch)
                return 0
            case (3, let watch?):
                watch.interest = Interest(rawValue: events)
                watch.token = token
                if !file.readiness().isDisjoint(with: watch.wanted) { epoll.addCandidate(watch) }
                return 0
            default: return misuse(.epollControl, fd)
            }
        }
    }

    func epollWait(
        _ fd: FileDescriptor, _ events: UnsafeMutablePointer<ReadyEvent>, _ count: Int32, _ timeout: Int32
    ) -> Int {
        traced(.epollWait, fd) {
            if let fault = begin(.epollWait) { return fault }
            elapsed &+= waitCostNanoseconds
            while true {
                guard let epoll = files[fd] as? SimulatedEpoll else { return misuse(.epollWait, fd) }
                let hasMoved = moveOn()
                let found = unsafe collect(epoll, events, Int(count))
                if found > 0 || timeout == 0 { return found }
                if hasMoved { continue }
                if blocksThreads {
                    waitForChange()
                    if timeout > 0 { return 0 }
                    continue
                }
                if timeout > 0 { elapsed &+= UInt64(timeout) &* 1_000_000 } else { stallCount += 1 }
                return 0
            }
        }
    }

    private func collect(
        _ epoll: SimulatedEpoll, _ events: UnsafeMutablePointer<ReadyEvent>, _ count: Int
    ) -> Int {
        var found = 0
        var candidates = epoll.candidates
        if shufflesReadyOrder, candidates.count > 1 {
            for index in stride(from: candidates.count - 1, to: 0, by: -1) {
                candidates.swapAt(index, Int(random.next(below: UInt32(index + 1))))
            }
        }
        epoll.candidates = []
        for watch in candidates {
            guard found < count else {
                epoll.candidates.append(watch)
                continue
            }
            watch.isCandidate = false
            let state = watch.file.readiness().intersection(watch.wanted)
            if state.isEmpty { continue }
            unsafe events[found] = ReadyEvent(token: watch.token, readiness: state)
            found += 1
            if !watch.interest.contains(.edgeTriggered) { epoll.addCandidate(watch) }
        }
        return found
    }
}
