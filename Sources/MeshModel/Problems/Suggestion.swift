/// "Did you mean": the nearest of the words that would have been right.
enum Suggestion {
    /// Longest word compared; the distance costs the product of two lengths.
    static let maxCharacters = 64

    /// The nearest candidate within half of the word's length and at most 3 edits.
    static func nearest(to word: String, among candidates: [String]) -> String? {
        guard word.utf8.count <= maxCharacters else { return nil }
        let limit = min(3, word.utf8.count / 2)
        var best: (candidate: String, edits: Int)?
        for candidate in candidates {
            let edits = distance(Array(word.lowercased().utf8), Array(candidate.lowercased().utf8))
            if edits <= limit, edits < best?.edits ?? .max { best = (candidate, edits) }
        }
        return best?.candidate
    }

    static func hint(for word: String, among candidates: [String]) -> String {
        if let nearest = nearest(to: word, among: candidates) { return "did you mean '\(nearest)'?" }
        return "known here: " + candidates.joined(separator: ", ")
    }

    /// Insertions, deletions, substitutions and swaps of neighbours.
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in 0..<left.count {
            var current = [row + 1]
            for column in 0..<right.count {
                let substitution = last[column] + (left[row] == right[column] ? 0 : 1)
                var cheapest = min(substitution, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    cheapest = min(cheapest, beforeLast[column - 1] + 1)
                }
                current.append(cheapest)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
