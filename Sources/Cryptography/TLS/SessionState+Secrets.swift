import COpenSSL
import Substrate

/// How the application traffic secrets of TLS 1.3 come out of OpenSSL: by its key log callback, which is called with
/// each secret of a handshake as a line of text, and which nothing else is told of.
extension SessionState {
    /// Takes the line's secret if it is one of the two that protect records: `LABEL RANDOM SECRET`, random and secret
    /// in hexadecimal.
    mutating func note(keyLogLine line: Bytes) {
        guard let first = line.firstIndex(of: ASCII.space),
            let second = line.firstIndex(of: ASCII.space, from: first + 1)
        else { return }
        let label = line.prefix(first)
        let isClient = label.elementsEqual("CLIENT_TRAFFIC_SECRET_0")
        guard isClient || label.elementsEqual("SERVER_TRAFFIC_SECRET_0"),
            let secret = TrafficSecret(hex: line.dropFirst(second + 1))
        else { return }
        if isClient {
            clientSecret = secret
        } else {
            serverSecret = secret
            // OpenSSL tells of a secret when it changes to its key: a server writes its next record with it.
            recordsWritten = 0
        }
    }

    mutating func wipeSecrets() {
        clientSecret.wipe()
        serverSecret.wipe()
    }
}

/// Given to every `SSL_CTX`. The line is OpenSSL's: it wipes it when the call is over.
let noteSecret: @convention(c) (OpaquePointer?, UnsafePointer<CChar>?) -> Void = { ssl, line in
    guard let line = unsafe line, let state = unsafe SessionState.of(ssl) else { return }
    var count = 0
    while unsafe line[count] != 0 { count &+= 1 }
    unsafe line.withMemoryRebound(to: UInt8.self, capacity: count) {
        unsafe state.pointee.note(keyLogLine: Bytes(unsafeBase: $0, count: count))
    }
}
