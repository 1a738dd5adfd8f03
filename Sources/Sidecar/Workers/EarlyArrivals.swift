import HTTPTransport

/// Connections of listeners that a worker does not know yet: the worker that accepted them has got the new snapshot a
/// moment earlier, and it is on its way here too.
struct EarlyArrivals {
    private var waiting: [AcceptedConnection] = []

    /// Gives `connection` back if it is for one of the first so many listeners; else keeps it.
    mutating func admit(_ connection: AcceptedConnection, listeners: Int) -> AcceptedConnection? {
        if Int(connection.listener) < listeners { return connection }
        waiting.append(connection)
        return nil
    }

    /// Takes those for the first so many listeners, in the order of their coming.
    mutating func take(listeners: Int) -> [AcceptedConnection] {
        let known = waiting.filter { Int($0.listener) < listeners }
        if !known.isEmpty { waiting.removeAll { Int($0.listener) < listeners } }
        return known
    }
}
