/// What a seed found wrong. The first ones are told, the rest counted.
final class Findings {
    private(set) var texts: [String] = []
    private(set) var count = 0
    /// A sum over all that clients and the upstream saw.
    private(set) var outcome: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// Told of what clients and the upstream see. For a person who reads along.
    var traceLine: ((String) -> Void)?

    func tell(_ text: @autoclosure () -> String) {
        if let traceLine { traceLine(text()) }
    }

    func record(_ text: @autoclosure () -> String) {
        count += 1
        if texts.count < 5 { texts.append(text()) }
    }

    func expect(_ holds: Bool, _ text: @autoclosure () -> String) {
        if !holds { record(text()) }
    }

    /// Part of what must be the same when the seed is run again.
    func note(_ values: Int...) {
        for value in values {
            outcome = (outcome ^ UInt64(bitPattern: Int64(value))) &* 0x0000_0100_0000_01b3
            outcome ^= outcome >> 31
        }
    }
}
