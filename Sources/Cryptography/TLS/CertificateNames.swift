import Substrate

/// Which of a listener's certificates are presented for which server name: exact names first, then `*` for the first
/// label, else the first certificate. Pure; knows certificates by their numbers.
///
/// Certificates of different kinds of keys for one name form a set, of which OpenSSL presents what the client
/// understands. Of one kind and name, the first counts.
struct CertificateNames {
    struct Subject {
        /// DNS names in lower case.
        var names: [String]
        var kind: Int32
    }

    private struct Entry {
        let name: [UInt8]
        let set: Int
    }

    /// Certificates of each set; the first is the default.
    private(set) var sets: [[Int]] = []
    // Both sorted, wildcards without their `*`.
    private let exact: [Entry]
    private let wildcards: [Entry]

    init(_ subjects: [Subject]) {
        var sets: [[Int]] = []
        func number(of set: [Int]) -> Int {
            if let known = sets.firstIndex(of: set) { return known }
            sets.append(set)
            return sets.count - 1
        }
        var first = [0]
        if let name = subjects.first?.names.first { first = Self.set(for: name, of: subjects) }
        // The default keeps the first place, whatever its names are.
        if !first.contains(0) { first = [0] }
        _ = number(of: first)
        let names = Set(subjects.flatMap(\.names)).sorted()
        var (exact, wildcards): ([Entry], [Entry]) = ([], [])
        for name in names {
            let set = number(of: Self.set(for: name, of: subjects))
            let bytes = Array(name.utf8)
            if !bytes.contains(ASCII.asterisk) {
                exact.append(Entry(name: bytes, set: set))
            } else if bytes.starts(with: [ASCII.asterisk, ASCII.dot]) {
                wildcards.append(Entry(name: Array(bytes.dropFirst()), set: set))
            }
        }
        self.sets = sets
        self.exact = exact.sorted { $0.name.lexicographicallyPrecedes($1.name) }
        self.wildcards = wildcards.sorted { $0.name.lexicographicallyPrecedes($1.name) }
    }

    /// The first of each kind that has the name.
    private static func set(for name: String, of subjects: [Subject]) -> [Int] {
        var found: [Int] = []
        for index in subjects.indices where subjects[index].names.contains(name) {
            if !found.contains(where: { subjects[$0].kind == subjects[index].kind }) { found.append(index) }
        }
        return found
    }

    /// Certificates that nobody can ever be shown: without a name, or with none that an earlier one leaves.
    func unreachable(of count: Int) -> [Int] {
        (0..<count).filter { index in !sets.contains { $0.contains(index) } }
    }

    /// The set for the name that a client asks for: its bytes, in any case.
    func set(for name: Bytes) -> Int {
        if let found = Self.find(name, in: exact) { return found }
        guard let dot = name.firstIndex(of: ASCII.dot), dot > 0 else { return 0 }
        return Self.find(name.dropFirst(dot), in: wildcards) ?? 0
    }

    private static func find(_ name: Bytes, in entries: [Entry]) -> Int? {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            switch order(name, entries[middle].name) {
            case 0: return entries[middle].set
            case 1: low = middle + 1
            default: high = middle
            }
        }
        return nil
    }

    /// 0 where equal but for case, 1 where `name` comes behind `other`, which is in lower case; else −1.
    private static func order(_ name: Bytes, _ other: [UInt8]) -> Int {
        for index in 0..<min(name.count, other.count) {
            let byte = ASCII.lowercased(name[index])
            if byte != other[index] { return byte > other[index] ? 1 : -1 }
        }
        return name.count == other.count ? 0 : name.count > other.count ? 1 : -1
    }
}
