public import Substrate

extension HTTP1Encoder {
    /// The end-to-end field lines of a decoded head, as received, without those in `dropping`, those meant for the
    /// previous hop only, and framing, which every hop writes itself.
    ///
    /// Neighbouring lines are copied in one piece: a head was validated byte by byte when it was decoded.
    public static func fields(of head: MessageHead, dropping: KnownHeaderSet, into output: inout ByteBuffer) {
        let dropped = dropping.union(.framing)
        let count = head.fieldCount
        var index = 0
        while index < count {
            let first = head[field: index]
            index &+= 1
            if first.isHopByHop || dropped.contains(first.known) { continue }
            var end = first.value.end
            while index < count {
                let next = head[field: index]
                guard !next.isHopByHop, !dropped.contains(next.known), Int(next.name.offset) > end else {
                    break
                }
                end = next.value.end
                index &+= 1
            }
            let start = Int(first.name.offset)
            output.append(head.bytes[start, count: end &- start])
            output.append("\r\n")
        }
    }

    /// The same, without the lines at the indices whose bits are set: bit `i % 64` of word `i / 64`.
    public static func fields(
        of head: MessageHead, dropping: KnownHeaderSet, except mask: (UInt64, UInt64),
        into output: inout ByteBuffer
    ) {
        let dropped = dropping.union(.framing)
        for index in 0..<head.fieldCount {
            let line = head[field: index]
            let word = index < 64 ? mask.0 : mask.1
            if line.isHopByHop || dropped.contains(line.known) || word >> UInt64(index & 63) & 1 == 1 {
                continue
            }
            field(line, of: head, into: &output)
        }
    }
}
