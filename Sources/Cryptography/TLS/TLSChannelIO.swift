public import Substrate

/// Where a worker's sessions put ciphertext: one per worker, emptied by its sends, so that no connection owns memory
/// for what leaves at once.
public final class TLSChannelIO {
    public var output = ByteBuffer()

    public init() {}
}
