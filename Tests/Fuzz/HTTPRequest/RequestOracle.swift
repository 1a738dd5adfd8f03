import FuzzKit
import HTTPWire
import Substrate

/// A second, simple reading of a request's head that was accepted: it looks only for what some parser somewhere takes
/// otherwise, line by line.
enum RequestOracle {
    static func check(_ wire: [UInt8]) {
        var head = wire[...]
        while head.starts(with: [0x0D, 0x0A]) { head = head.dropFirst(2) }
        guard let end = headEnd(head) else {
            always(false, "an accepted head has an end")
            return
        }
        let lines = head[..<end].split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
        for line in lines {
            always(
                line.last == 0x0D && line.count { $0 == 0x0D } == 1 && !line.contains(0),
                "lines end with CRLF and hold no CR, LF or NUL")
        }
        let start = lines[0].dropLast().split(separator: 0x20, omittingEmptySubsequences: false)
        always(start.count == 3 && start.allSatisfy { !$0.isEmpty }, "three words make a request line")
        let isOld = start[2].elementsEqual("HTTP/1.0".utf8)
        always(isOld || start[2].elementsEqual("HTTP/1.1".utf8), "of a version that is spoken")
        checkFields(lines.dropFirst().map { $0.dropLast() }, isOld: isOld)
        checkPath(wire)
    }

    /// Index behind the LF of the last line before the empty one.
    private static func headEnd(_ head: ArraySlice<UInt8>) -> Int? {
        var index = head.startIndex
        while index + 4 <= head.endIndex {
            if head[index..<index + 4].elementsEqual([0x0D, 0x0A, 0x0D, 0x0A]) { return index + 1 }
            index += 1
        }
        return nil
    }

    private static func checkFields(_ lines: [ArraySlice<UInt8>], isOld: Bool) {
        var hosts = 0
        var lengths = 0
        var codings = 0
        for line in lines {
            guard let colon = line.firstIndex(of: ASCII.colon) else {
                always(false, "a field has a colon")
                return
            }
            let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
            let value = String(decoding: line[(colon + 1)...], as: UTF8.self)
                .drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed()
            always(!name.isEmpty && name.utf8.allSatisfy(isToken), "a field's name is a token")
            switch name {
            case "host": hosts += 1
            case "content-length":
                lengths += 1
                always(!value.isEmpty && value.allSatisfy { ("0"..."9").contains($0) }, "a length is digits")
            case "transfer-encoding":
                codings += 1
                always(String(value).lowercased() == "chunked", "the one coding is chunked")
            default: break
            }
        }
        always(hosts == 1 || isOld && hosts == 0, "one host")
        always(lengths + codings <= 1, "one framing")
        always(!isOld || codings == 0, "no coding before HTTP/1.1")
    }

    /// The path that is matched and forwarded must mean the same to who decodes it once, twice, or not at all.
    private static func checkPath(_ wire: [UInt8]) {
        var heads = HeadPool()
        var events = EventBuffer()
        var decoder = HTTP1RequestDecoder()
        let path: [UInt8] = wire.withBytes { input in
            var index = 0
            while index < input.count, events.isEmpty {
                let consumed = decoder.decode(
                    input.dropFirst(index), limits: HTTP1Limits(), heads: &heads, events: &events)
                if consumed == 0 { break }
                index += consumed
            }
            guard !events.isEmpty, let head = events[0].head else { return [] }
            defer { heads.release(head) }
            let facts = head.facts
            always(
                !head[facts.host].array.contains { ("A"..."Z").contains(Unicode.Scalar($0)) },
                "a host is lower case")
            return head[facts.path].array
        }
        events.removeAll()
        if path == [ASCII.asterisk] { return }
        always(path.first == ASCII.slash, "a path begins with a slash")
        var once = path
        for _ in 0..<3 {
            let segments = once.split(separator: ASCII.slash, omittingEmptySubsequences: false).dropFirst()
            for (index, segment) in segments.enumerated() {
                always(
                    !segment.elementsEqual([0x2E]) && !segment.elementsEqual([0x2E, 0x2E]), "no dot segments")
                always(!segment.isEmpty || index == segments.count - 1, "no doubled slashes")
            }
            always(
                !once.contains { $0 < 0x20 || $0 == 0x7F || $0 == ASCII.backslash },
                "no control, no backslash")
            once = percentDecoded(once)
        }
    }

    private static func percentDecoded(_ bytes: [UInt8]) -> [UInt8] {
        var decoded: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == ASCII.percent, index + 2 < bytes.count,
                let high = ASCII.hexValue(bytes[index + 1]), let low = ASCII.hexValue(bytes[index + 2])
            {
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(bytes[index])
                index += 1
            }
        }
        return decoded
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        ASCII.isLetter(byte) || ASCII.isDigit(byte) || "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
}
