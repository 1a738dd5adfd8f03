import Substrate

/// One try of an exchange at one endpoint.
struct Attempt {
    let exchange: SlotID
    let connection: SlotID
    let startedAt: MonotonicTime
    /// The connection had served before.
    let reused: Bool
    /// Some body bytes went into the connection and are not kept for another try.
    var sentBody = false
    /// A byte of the answer was seen.
    var sawAnswer = false
    var status: UInt16 = 0
    /// Body framing that the upstream gets.
    var sendsChunked = false
}
