internal import Substrate

extension JSONTape {
    private static var noContainer: UInt32 { UInt32(JSONNode.maxCount) }

    /// The grammar as two loops: one turn of the outer one a value, one of the inner one a bracket that closes. The
    /// stack of open containers is in their own entries.
    mutating func run(_ input: Bytes, _ limits: JSONLimits) throws(JSONError) {
        var scanner = JSONScanner(input)
        let maxValues = Swift.min(limits.maxValues, JSONNode.maxCount)
        var open = Self.noContainer
        var isObject = false
        var children: UInt32 = 0
        var depth = 0
        var expected = JSONError.Expected.value
        while true {
            guard let first = scanner.peekToken() else {
                throw JSONError(kind: .unexpectedEnd, offset: scanner.count, expected: expected)
            }
            let start = scanner.position
            guard count < maxValues else {
                throw JSONError(kind: .tooManyValues(limit: maxValues), offset: start)
            }
            let isOpening = first | 0x20 == 0x7B
            if isOpening {
                guard depth < limits.maxDepth else {
                    throw JSONError(kind: .depthExceeded(limit: limits.maxDepth), offset: start)
                }
                depth &+= 1
                if open != Self.noContainer { unsafe nodes.unsafelyUnwrapped[Int(open)].children = children }
                isObject = first == 0x7B
                let index = UInt32(truncatingIfNeeded: count)
                append(JSONNode(kind: isObject ? .object : .array, offset: start, length: 0, next: open))
                open = index
                children = 0
                scanner.position &+= 1
                guard let next = scanner.peekToken() else {
                    throw JSONError(
                        kind: .unexpectedEnd, offset: scanner.count,
                        expected: isObject ? .keyOrObjectEnd : .valueOrArrayEnd)
                }
                if next != (isObject ? 0x7D : 0x5D) {
                    if isObject { try readName(&scanner, input, limits, maxValues, open, .keyOrObjectEnd) }
                    expected = isObject ? .value : .valueOrArrayEnd
                    continue
                }
            } else {
                try readScalar(&scanner, first, expected)
                children &+= 1
            }
            // Behind a scalar, or before the bracket that closes an empty container.
            while true {
                guard open != Self.noContainer else { return try finish(&scanner) }
                guard let next = scanner.peekToken() else {
                    throw JSONError(
                        kind: .unexpectedEnd, offset: scanner.count,
                        expected: isObject ? .commaOrObjectEnd : .commaOrArrayEnd)
                }
                if next == ASCII.comma {
                    scanner.position &+= 1
                    if isObject { try readName(&scanner, input, limits, maxValues, open, .key) }
                    expected = .value
                    break
                }
                guard next == (isObject ? 0x7D : 0x5D) else {
                    throw JSONError(
                        kind: .unexpectedByte, offset: scanner.position,
                        expected: isObject ? .commaOrObjectEnd : .commaOrArrayEnd)
                }
                scanner.position &+= 1
                depth &-= 1
                let around = close(open, at: scanner.position, children)
                open = around.container
                isObject = around.isObject
                children = around.children &+ 1
            }
        }
    }

    /// Completes the entry of a container whose bracket has just been read; returns the one around it.
    @inline(__always)
    private mutating func close(_ index: UInt32, at end: Int, _ children: UInt32)
        -> (container: UInt32, isObject: Bool, children: UInt32)
    {
        let entries = unsafe nodes.unsafelyUnwrapped
        let around = unsafe entries[Int(index)].next
        unsafe entries[Int(index)].length =
            UInt32(truncatingIfNeeded: end) &- entries[Int(index)].offset
        unsafe entries[Int(index)].children = children
        unsafe entries[Int(index)].next = UInt32(truncatingIfNeeded: count)
        if around == Self.noContainer { return (around, false, 0) }
        return unsafe (around, entries[Int(around)].kind == .object, entries[Int(around)].children)
    }

    /// Reads a value that is not a container.
    @inline(__always)
    private mutating func readScalar(
        _ scanner: inout JSONScanner, _ first: UInt8, _ expected: JSONError.Expected
    ) throws(JSONError) {
        let start = scanner.position
        let next = UInt32(truncatingIfNeeded: count) &+ 1
        let kind: JSONKind
        switch first {
        case ASCII.quote:
            scanner.position &+= 1
            let escaped = try scanner.scanString()
            return append(
                JSONNode(
                    kind: .string, offset: start &+ 1, length: scanner.position &- start &- 2, next: next,
                    escaped: escaped))
        case ASCII.dash, 0x30...0x39:
            try scanner.scanNumber()
            kind = .number
        case UInt8(ascii: "t"):
            try scanner.scanLiteral("true")
            kind = .bool
        case UInt8(ascii: "f"):
            try scanner.scanLiteral("false")
            kind = .bool
        case UInt8(ascii: "n"):
            try scanner.scanLiteral("null")
            kind = .null
        default:
            throw JSONError(kind: .unexpectedByte, offset: start, expected: expected)
        }
        append(JSONNode(kind: kind, offset: start, length: scanner.position &- start, next: next))
    }

    /// Reads a member's name and the colon behind it.
    private mutating func readName(
        _ scanner: inout JSONScanner, _ input: Bytes, _ limits: JSONLimits, _ maxValues: Int,
        _ object: UInt32, _ expected: JSONError.Expected
    ) throws(JSONError) {
        guard let quote = scanner.peekToken() else {
            throw JSONError(kind: .unexpectedEnd, offset: scanner.count, expected: expected)
        }
        let start = scanner.position
        guard quote == ASCII.quote else {
            throw JSONError(kind: .unexpectedByte, offset: start, expected: expected)
        }
        guard count < maxValues else {
            throw JSONError(kind: .tooManyValues(limit: maxValues), offset: start)
        }
        scanner.position &+= 1
        let escaped = try scanner.scanString()
        let index = UInt32(truncatingIfNeeded: count)
        append(
            JSONNode(
                kind: .string, offset: start &+ 1, length: scanner.position &- start &- 2, next: index &+ 1,
                escaped: escaped))
        switch unsafe names.insert(index, of: object, nodes.unsafelyUnwrapped, input) {
        case .fresh: break
        case .collisions: throw JSONError(kind: .keyCollisions, offset: start)
        case .duplicate:
            guard limits.duplicateKeys == .report else {
                throw JSONError(kind: .duplicateKey, offset: start)
            }
            if duplicateKeyOffset == nil { duplicateKeyOffset = start }
        }
        guard let colon = scanner.peekToken() else {
            throw JSONError(kind: .unexpectedEnd, offset: scanner.count, expected: .colon)
        }
        guard colon == ASCII.colon else {
            throw JSONError(kind: .unexpectedByte, offset: scanner.position, expected: .colon)
        }
        scanner.position &+= 1
    }

    private func finish(_ scanner: inout JSONScanner) throws(JSONError) {
        if scanner.peekToken() != nil { throw JSONError(kind: .trailingBytes, offset: scanner.position) }
    }
}
