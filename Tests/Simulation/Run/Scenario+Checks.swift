import HTTPTransport

/// What must hold of the transport itself: while it runs, and when all is over.
extension Scenario {
    /// One connection's share of memory: what the watermarks let in, what one receive may bring on top, and a whole
    /// answer or collected body where those are written in one piece.
    private var mostPendingBytes: Int {
        knobs.limits.highWatermarkBytes + 3 * knobs.limits.receiveBytes + knobs.localAnswerBytes
            + Int(min(knobs.maxBodyBytes, UInt64(knobs.largest))) + 4_096
    }

    func checkMemory() {
        for worker in workers {
            let census = worker.transport.census
            findings.expect(
                census.mostPendingBytes <= mostPendingBytes,
                "memory: a connection has \(census.mostPendingBytes) bytes unsent, over \(mostPendingBytes)")
            findings.expect(
                census.mostLeftoverBytes <= 3 * knobs.limits.receiveBytes + 17_408,
                "memory: a connection holds \(census.mostLeftoverBytes) bytes back")
            findings.expect(
                census.collectedBytes <= worker.transport.activeExchanges * knobs.largest,
                "memory: \(census.collectedBytes) bytes are collected")
        }
    }

    func checkEmpty(_ worker: SimulatedWorker) {
        let transport = worker.transport
        let census = transport.census
        findings.expect(
            transport.serverConnections == 0 && transport.clientConnections == 0
                && transport.activeExchanges == 0 && census.attempts == 0 && census.heads == 0,
            "the end: \(transport.serverConnections) clients, \(transport.clientConnections) upstreams, "
                + "\(transport.activeExchanges) exchanges, \(census.attempts) attempts, \(census.heads) heads"
        )
        findings.expect(census.collectedBytes == 0, "the end: \(census.collectedBytes) bytes are collected")
        worker.handler.close()
        let counters = transport.counters
        let traffic = transport.traffic(ofListener: 0)
        let behind = transport.upstreamTraffic
        findings.expect(
            counters.accepted == counters.closed && traffic.opened == counters.accepted
                && traffic.closed == counters.closed,
            "counters: accepted \(counters.accepted), closed \(counters.closed), \(traffic)")
        findings.expect(
            traffic.begun == UInt64(worker.handler.begun) && traffic.ended == traffic.begun,
            "counters: \(traffic.begun) began and \(traffic.ended) ended of \(worker.handler.begun)")
        findings.expect(
            behind.opened == counters.upstreamOpened && behind.closed == behind.opened,
            "counters: upstreams opened \(counters.upstreamOpened), \(behind)")
        findings.expect(
            counters.bytesSent == traffic.sent && counters.bytesReceived == traffic.received,
            "counters: bytes \(counters.bytesReceived), \(counters.bytesSent) against \(traffic)")
    }

    func checkTraffic() {
        let sent = workers.reduce(0) { $0 + $1.transport.counters.bytesSent }
        let received = workers.reduce(0) { $0 + $1.transport.counters.bytesReceived }
        let fromClients = clients.reduce(0) { $0 + $1.sent }
        findings.expect(received <= UInt64(fromClients), "counters: received \(received) of \(fromClients)")
        guard !knobs.tlsDownstream else { return }
        let toClients = UInt64(clients.reduce(0) { $0 + $1.end.receivedBytes })
        findings.expect(sent >= toClients, "counters: sent \(sent), and clients got \(toClients)")
    }

    func tellWhoWaits() {
        let waiting = clients.filter { !$0.isDone }.map { client in
            let next =
                client.answered < client.requests.count ? client.requests[client.answered].name : "its end"
            return "client \(client.number) for \(next), sent \(client.hasSentAll ? "all" : "a part")"
        }
        let open = workers.map {
            "\($0.transport.serverConnections) connections, \($0.transport.activeExchanges) exchanges"
        }
        findings.record("hang: \(waiting) with \(open)")
    }
}
