/// Places in a worker's fixed block of counters, for labels that are enums.
enum FixedCounter {
    // Literals and not `allCases.count`: a stored constant that is computed is looked up through a once-token.
    private static var directions: Int { 4 }
    private static var ways: Int { 2 }
    private static var providers: Int { 2 }
    private static var outcomes: Int { 6 }
    private static var kinds: Int { 6 }
    private static var bytesStart: Int { directions * 4 }
    private static var webhookStart: Int { bytesStart + directions * ways }
    private static var droppedStart: Int { webhookStart + providers * outcomes }

    static var count: Int { droppedStart + kinds }

    static func opened(_ direction: Direction) -> Int { Int(direction.rawValue) }
    static func closed(_ direction: Direction) -> Int { directions &+ Int(direction.rawValue) }
    static func idled(_ direction: Direction) -> Int { directions &* 2 &+ Int(direction.rawValue) }
    static func resumed(_ direction: Direction) -> Int { directions &* 3 &+ Int(direction.rawValue) }

    static func bytes(_ direction: Direction, _ way: ByteWay) -> Int {
        bytesStart &+ Int(direction.rawValue) &* ways &+ Int(way.rawValue)
    }

    static func webhook(_ provider: WebhookProvider, _ outcome: WebhookOutcome) -> Int {
        webhookStart &+ Int(provider.rawValue) &* outcomes &+ Int(outcome.rawValue)
    }

    static func dropped(_ what: DroppedKind) -> Int { droppedStart &+ Int(what.rawValue) }
}
