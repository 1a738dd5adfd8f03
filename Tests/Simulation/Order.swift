/// What the command line asks for.
struct Order {
    var first = 0
    var end = 0
    var step = 1
    /// Every so many seeds one is run twice, and must go the same way.
    var replayEvery = 0
    var traces = false

    init?(_ arguments: ArraySlice<String>) {
        var rest = arguments
        while let name = rest.popFirst() {
            if name == "--trace" {
                traces = true
                continue
            }
            guard let value = rest.popFirst() else { return nil }
            switch name {
            case "--seed":
                guard let seed = Int(value), seed >= 0 else { return nil }
                (first, end, replayEvery) = (seed, seed + 1, 1)
            case "--seeds":
                let bounds = value.split(separator: "..<").compactMap { Int($0) }
                guard bounds.count == 2, bounds[0] >= 0, bounds[0] <= bounds[1] else { return nil }
                (first, end) = (bounds[0], bounds[1])
            case "--step":
                guard let number = Int(value), number > 0 else { return nil }
                step = number
            case "--replay-every":
                guard let number = Int(value), number > 0 else { return nil }
                replayEvery = number
            default: return nil
            }
        }
        guard end > first else { return nil }
    }
}
