import Substrate

/// A record layer on a stream of bytes: puts records together, and keeps what a room was too small for.
struct RecordStream: ~Copyable {
    enum Step {
        case content(Int)
        /// All input is consumed and nothing is pending.
        case needsInput
        case closed
    }

    var layer: RecordLayer
    /// The begin of a record that has not come whole.
    private var partial = ByteBuffer()
    /// Content that the last room had no place for.
    private var pending = ByteBuffer()

    init(_ layer: consuming RecordLayer) { self.layer = layer }

    var hasPending: Bool { !pending.isEmpty }

    /// Gives the memory of empty buffers back.
    mutating func releaseBuffers() {
        if partial.isEmpty { partial.releaseStorage() }
        if pending.isEmpty { pending.releaseStorage() }
    }

    /// Decrypts until one record has brought content, or input is used up.
    mutating func read(
        _ input: Bytes, into room: UnsafeMutableBufferPointer<UInt8>, output: inout ByteBuffer,
        consumed: inout Int
    ) throws(RecordFault) -> Step {
        if hasPending { return .content(unsafe takePending(into: room)) }
        while true {
            let opened: RecordLayer.Opened
            if partial.isEmpty {
                let rest = input.dropFirst(consumed)
                guard rest.count >= RecordCipher.headerBytes else { return keep(rest, &consumed) }
                let length = try RecordLayer.recordBytes(header: rest)
                guard rest.count >= length else { return keep(rest, &consumed) }
                consumed &+= length
                opened = try unsafe open(rest.prefix(length), into: room, output: &output)
            } else {
                guard complete(from: input, to: RecordCipher.headerBytes, &consumed) else {
                    return .needsInput
                }
                let length = try RecordLayer.recordBytes(header: partial.bytes)
                guard complete(from: input, to: length, &consumed) else { return .needsInput }
                opened = try unsafe open(partial.bytes, into: room, output: &output)
                partial.removeAll()
            }
            switch opened {
            case .content(let count): return .content(count)
            case .closed: return .closed
            case .nothing: continue
            }
        }
    }

    private mutating func open(
        _ record: Bytes, into room: UnsafeMutableBufferPointer<UInt8>, output: inout ByteBuffer
    ) throws(RecordFault) -> RecordLayer.Opened {
        let needed = RecordLayer.roomBytes(record: record)
        if needed <= room.count { return try unsafe layer.open(record, into: room, output: &output) }
        let opened = try unsafe layer.open(
            record, into: pending.unsafeSpare(minimum: needed), output: &output)
        guard case .content(let count) = opened else { return opened }
        pending.commit(count)
        return .content(unsafe takePending(into: room))
    }

    private mutating func takePending(into room: UnsafeMutableBufferPointer<UInt8>) -> Int {
        let taken = pending.bytes.prefix(room.count)
        if let source = unsafe taken.unsafeBase, let base = room.baseAddress {
            unsafe base.update(from: source, count: taken.count)
        }
        pending.consume(taken.count)
        return taken.count
    }

    private mutating func keep(_ rest: Bytes, _ consumed: inout Int) -> Step {
        partial.append(rest)
        consumed &+= rest.count
        return .needsInput
    }

    /// Lengthens the kept begin to `length` bytes, as far as input goes. False when it falls short.
    private mutating func complete(from input: Bytes, to length: Int, _ consumed: inout Int) -> Bool {
        guard partial.count < length else { return true }
        let piece = input.dropFirst(consumed).prefix(length &- partial.count)
        partial.append(piece)
        consumed &+= piece.count
        return partial.count >= length
    }
}
