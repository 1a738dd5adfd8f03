import Substrate

/// `X-Forwarded-For` as proxies in front have written it.
enum ForwardedFor {
    /// Appends the last `hops` addresses, each with `, ` behind it: what trusted proxies have added. What stands left of
    /// them was written by whoever came to the first of them, and is dropped.
    static func appendTrusted(_ head: MessageHead, hops: Int, into output: inout ByteBuffer) {
        guard hops > 0 else { return }
        var skip = count(head) - hops
        for index in 0..<head.fieldCount where head[field: index].known == .xForwardedFor {
            var rest = head[head[field: index].value]
            while let element = next(&rest) {
                if skip > 0 {
                    skip -= 1
                    continue
                }
                output.append(element)
                output.append(", ")
            }
        }
    }

    /// The address that many places from the right, or the leftmost where there are fewer. Nil without any.
    static func address(_ head: MessageHead, fromRight hops: Int) -> Bytes? {
        element(head, at: max(0, count(head) - hops))
    }

    /// The leftmost address. Nil without any.
    static func first(_ head: MessageHead) -> Bytes? { element(head, at: 0) }

    private static func element(_ head: MessageHead, at place: Int) -> Bytes? {
        var skip = place
        for index in 0..<head.fieldCount where head[field: index].known == .xForwardedFor {
            var rest = head[head[field: index].value]
            while let element = next(&rest) {
                if skip == 0 { return element }
                skip -= 1
            }
        }
        return nil
    }

    private static func count(_ head: MessageHead) -> Int {
        var total = 0
        for index in 0..<head.fieldCount where head[field: index].known == .xForwardedFor {
            var rest = head[head[field: index].value]
            while next(&rest) != nil { total += 1 }
        }
        return total
    }

    /// Takes one element of a comma-separated list; empty ones do not count.
    private static func next(_ rest: inout Bytes) -> Bytes? {
        while !rest.isEmpty {
            let end = rest.firstIndex(of: ASCII.comma) ?? rest.count
            let element = rest.prefix(end).trimmingBlanks
            rest = rest.dropFirst(end + 1)
            if !element.isEmpty { return element }
        }
        return nil
    }
}
