import HTTPTransport
import Substrate

/// What a seed decides before anything runs.
struct Knobs {
    var tlsDownstream = false
    var tlsUpstream = false
    var workers = 1
    /// Times are short, and pass. Otherwise nothing ever times out.
    var isTimed = false
    /// Loops are woken every turn; otherwise they wait for what is ready and for timers.
    var wakes = false
    /// Upstreams break things off, clients leave.
    var misbehaves = false
    var largest = 9_000
    var maxBodyBytes = UInt64.max
    var localAnswerBytes = 0
    var bufferBytes = 65_536
    var changesNetwork = false
    // What happens in the middle.
    var runsOutOfDescriptors = false
    var drains = false
    var stopsListening = false
    var changesConfiguration = false
    var limitsConnections = false
    var limits = TransportLimits()
    var headTimeout: UInt64 = 1_000_000_000_000
    var idleTimeout: UInt64 = 2_000_000_000_000
    var requestTimeout: UInt64 = 1_000_000_000_000
    var bodyTimeout: UInt64 = 1_000_000_000_000
    var connectTimeout: UInt64 = 1_000_000_000_000
    var progress = ProgressRule.off

    /// Nothing but a client's or an upstream's own fault may cost a request its answer.
    var isCalm: Bool { !isTimed && !runsOutOfDescriptors && !drains && !stopsListening && !limitsConnections }

    init(_ random: inout RandomSource) {
        func chance(_ oneIn: UInt32) -> Bool { random.next(below: oneIn) == 0 }
        func pick(_ values: [Int]) -> Int { values[Int(random.next(below: UInt32(values.count)))] }
        tlsDownstream = chance(5)
        tlsUpstream = chance(6)
        workers = chance(5) ? 2 : 1
        isTimed = chance(3)
        wakes = workers > 1 || chance(2)
        misbehaves = !chance(4)
        bufferBytes = pick([1_000, 4_096, 16_384, 65_536])
        largest = chance(12) ? 90_000 : chance(2) ? 9_000 : 1_500
        if chance(8) { maxBodyBytes = UInt64(largest / 2) }
        if chance(4) { localAnswerBytes = 3_000 }
        changesNetwork = chance(2)
        runsOutOfDescriptors = chance(6)
        drains = chance(8)
        stopsListening = chance(12)
        changesConfiguration = chance(4)
        limitsConnections = chance(12)
        if chance(2) {
            limits.highWatermarkBytes = pick([1_024, 4_096, 16_384])
            limits.lowWatermarkBytes = limits.highWatermarkBytes / 4
            limits.receiveBytes = pick([2_048, 8_192])
            limits.directSendBytes = pick([1, 512, 4_096])
        }
        // A head must fit into what is received at once.
        limits.receiveBytes = max(limits.receiveBytes, 2_048)
        limits.acceptsPerTurn = pick([1, 2, 8])
        if limitsConnections { limits.maxServerConnections = pick([1, 2, 3]) }
        limits.flushTimeout = 1_000_000_000_000
        limits.lingerTimeout = 1_000_000_000_000
        limits.handshakeTimeout = 1_000_000_000_000
        guard isTimed else { return }
        func time() -> UInt64 { UInt64(pick([20, 100, 500, 2_000, 10_000])) * 1_000_000 }
        limits.flushTimeout = time()
        limits.lingerTimeout = time()
        limits.handshakeTimeout = time()
        limits.freshIdle = time()
        (headTimeout, idleTimeout, requestTimeout) = (time(), time(), time())
        (bodyTimeout, connectTimeout) = (time(), time())
        if chance(2) {
            progress = ProgressRule(bytes: UInt64(pick([1, 100, 2_000])), windowNanoseconds: time())
        }
    }
}
