import Substrate
import Testing

@testable import HTTPTransport

@Suite struct BufferPoolTests {
    /// How many buffers the pool keeps when it gets an empty one of `bytes`, and whether the buffer was left without.
    func retire(bytes: Int) -> (kept: Int, isBare: Bool) {
        var pool = BufferPool()
        var buffer = ByteBuffer(capacity: bytes)
        pool.retire(&buffer)
        return (pool.count, buffer.capacity == 0)
    }

    @Test func `a buffer that grew outside the pool does not become the next one's storage`() {
        #expect(retire(bytes: 256) == (0, true))
        #expect(retire(bytes: BufferPool.freshBytes - 64) == (0, true))
        #expect(retire(bytes: BufferPool.freshBytes) == (1, true))
    }

    @Test func `the largest buffer is kept and a larger one given back`() {
        #expect(retire(bytes: BufferPool.maxKeptBytes) == (1, true))
        #expect(retire(bytes: BufferPool.maxKeptBytes + 1) == (0, true))
    }
}
