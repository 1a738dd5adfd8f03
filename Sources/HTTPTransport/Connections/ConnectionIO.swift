import Reactor
import Substrate

/// Bytes in and out of one socket, whoever is at the other end.
struct ConnectionIO: ~Copyable {
    let descriptor: FileDescriptor
    var input = InputState()
    /// Received and decrypted, not consumed yet.
    var leftover = ByteBuffer()
    /// `leftover` is the beginning of something: only more bytes help.
    var leftoverIsPartial = false
    /// Plaintext to send.
    var output = ByteBuffer()
    /// Ciphertext to send.
    var wire = ByteBuffer()
    var tls: TLSChannel?
    /// The last send found the socket full: wait for OUT.
    var writeBlocked = false
    /// TLS: close_notify came. An end without it could be anybody's.
    var endedCleanly = false
    /// A send failed: what comes may still be read, nothing more is asked over this connection.
    var writeFailed = false
    /// The other side of the relay is full: read no more until it drained.
    var readPaused = false
    var isDirty = false
    var isQueued = false
    var isClosed = false

    init(descriptor: FileDescriptor) { self.descriptor = descriptor }

    /// Bytes that wait to be sent.
    var pendingBytes: Int { output.count &+ wire.count }
}
