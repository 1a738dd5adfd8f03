import Substrate

/// Host names of routes and tenants: exact, or `*.name`; lower case, without port and trailing dot.
enum HostRule {
    /// What is wrong and what would be right; nil for a good host.
    static func fault(in host: String) -> (message: String, hint: String)? {
        let bytes = Array(host.utf8)
        if host == "*" { return ("matches everything", "leave hosts out to match every host") }
        let lowered = bytes.map(ASCII.lowercased)
        if lowered != bytes {
            return ("has upper-case letters", "write \(String(decoding: lowered, as: UTF8.self))")
        }
        if bytes.first == ASCII.openBracket, bytes.last == ASCII.closeBracket {
            return IPOctets.ipv6(bytes[1..<(bytes.count - 1)]) == nil
                ? ("is not an IPv6 address", "as [::1]") : nil
        }
        if bytes.contains(ASCII.colon) { return ("has a port or a scheme", "write the host name alone") }
        if bytes.last == ASCII.dot { return ("ends with a dot", "leave the dot out") }
        guard bytes.count <= ConfigurationLimits.maxHostBytes else {
            return ("is longer than \(ConfigurationLimits.maxHostBytes) bytes", "no DNS name is longer")
        }
        let isWildcard = bytes.starts(with: [ASCII.asterisk, ASCII.dot])
        let labels = bytes.dropFirst(isWildcard ? 2 : 0)
            .split(separator: ASCII.dot, omittingEmptySubsequences: false)
        for label in labels {
            let isGood =
                (1...63).contains(label.count) && label.first != ASCII.dash && label.last != ASCII.dash
                && label.allSatisfy { ResourceNameRule.isWord($0) || $0 == ASCII.dash }
            if !isGood { return ("is not a host name", "as api.example.test or *.example.test") }
        }
        return nil
    }

    /// Whether every host that `inner` matches is matched by `outer` too.
    static func covers(_ outer: String, _ inner: String) -> Bool {
        outer == inner
            || (outer.hasPrefix("*.") && inner.hasSuffix(outer.dropFirst())
                && inner.utf8.count >= outer.utf8.count)
    }
}
