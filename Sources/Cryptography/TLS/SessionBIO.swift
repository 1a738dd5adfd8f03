import COpenSSL
import Glibc
import Substrate

/// The `BIO_METHOD` of all sessions: reads from the lent window, writes behind the lent buffer, makes no system call.
enum SessionBIO {
    /// Made once, never freed, never changed: OpenSSL keeps pointers to it.
    nonisolated(unsafe) private static let method: OpaquePointer? = unsafe makeMethod()

    /// A BIO over `state`, which must outlive it. Nil when memory is short.
    static func make(_ state: UnsafeMutablePointer<SessionState>) -> OpaquePointer? {
        guard let method = unsafe method, let bio = unsafe BIO_new(method) else { return nil }
        unsafe BIO_set_data(bio, state)
        unsafe BIO_set_init(bio, 1)
        return unsafe bio
    }

    private static func makeMethod() -> OpaquePointer? {
        let type = BIO_get_new_index() | BIO_TYPE_SOURCE_SINK
        guard let method = unsafe BIO_meth_new(type, "outrigger session") else { return nil }
        unsafe BIO_meth_set_read_ex(method) { bio, room, wanted, got in
            unsafe BIO_clear_flags(bio, COpenSSL_retryFlags)
            guard let state = unsafe BIO_get_data(bio)?.assumingMemoryBound(to: SessionState.self),
                let room = unsafe room
            else { return 0 }
            let length = unsafe state.pointee.take(into: room, wanted: wanted)
            unsafe got?.pointee = length
            if length > 0 { return 1 }
            // The driver says when input ends; until then more may come.
            unsafe BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
            return 0
        }
        unsafe BIO_meth_set_write_ex(method) { bio, bytes, count, written in
            unsafe BIO_clear_flags(bio, COpenSSL_retryFlags)
            guard let state = unsafe BIO_get_data(bio)?.assumingMemoryBound(to: SessionState.self),
                let output = unsafe state.pointee.output, let bytes = unsafe bytes
            else { return 0 }
            unsafe bytes.withMemoryRebound(to: UInt8.self, capacity: count) {
                unsafe output.pointee.append(Bytes(unsafeBase: $0, count: count))
            }
            unsafe written?.pointee = count
            return 1
        }
        unsafe BIO_meth_set_ctrl(method) { _, command, _, _ in
            // A flush has nothing to do: bytes are where the driver looks. All else is not offered.
            command == BIO_CTRL_FLUSH ? 1 : 0
        }
        return unsafe method
    }
}
