import Substrate
import Testing

@Suite struct ByteBufferTests {
    private func appended(_ body: (inout ByteBuffer) -> Void) -> String {
        var buffer = ByteBuffer()
        body(&buffer)
        return buffer.bytes.text
    }

    @Test func `a fresh buffer holds no memory until something is appended`() {
        var buffer = ByteBuffer()
        #expect(buffer.capacity == 0)
        #expect(buffer.bytes.isEmpty)
        buffer.append(Bytes())
        #expect(buffer.capacity == 0)
        buffer.append(1)
        #expect(buffer.capacity == 256)
        #expect(ByteBuffer(capacity: 257).capacity == 320)
    }

    @Test func `content survives every growth`() {
        var buffer = ByteBuffer()
        var expected: [UInt8] = []
        for length in [0, 1, 254, 1, 1, 300, 5000, 70_000] {
            let chunk = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            chunk.withBytes { buffer.append($0) }
            expected += chunk
            #expect(buffer.bytes.array == expected)
            #expect(buffer.capacity >= buffer.count)
        }
    }

    @Test func `appending and consuming at random behaves like an array`() {
        var random = RandomSource(seed: 5)
        var buffer = ByteBuffer()
        var model: [UInt8] = []
        for _ in 0..<5000 {
            if random.next(below: 2) == 0 {
                let chunk = (0..<random.next(below: 400)).map { _ in UInt8(truncatingIfNeeded: random.next())
                }
                chunk.withBytes { buffer.append($0) }
                model += chunk
            } else {
                let length = Int(random.next(below: UInt32(model.count + 1)))
                buffer.consume(length)
                model.removeFirst(length)
            }
            #expect(buffer.count == model.count)
            guard buffer.bytes.array == model else {
                Issue.record("content differs")
                return
            }
        }
        #expect(buffer.capacity <= 1 << 15)
    }

    @Test func `a buffer that is consumed as fast as it is filled does not grow`() {
        var buffer = ByteBuffer()
        let chunk = [UInt8](repeating: 1, count: 100)
        for _ in 0..<10_000 {
            chunk.withBytes { buffer.append($0) }
            buffer.consume(100)
        }
        #expect(buffer.capacity == 256)
        chunk.withBytes { buffer.append($0) }
        for _ in 0..<10_000 {
            chunk.withBytes { buffer.append($0) }
            buffer.consume(100)
        }
        #expect(buffer.capacity <= 512)
    }

    @Test func `a full buffer consumed byte by byte grows once instead of being moved each time`() {
        var buffer = ByteBuffer()
        for _ in 0..<65_536 { buffer.append(1) }
        #expect(buffer.capacity == 65_536)
        for _ in 0..<200_000 {
            buffer.consume(1)
            buffer.append(1)
        }
        #expect(buffer.count == 65_536)
        #expect(buffer.capacity == 131_072)
    }

    @Test func `decimal, hexadecimal and text are appended exactly`() {
        for value in [0, 1, 9, 10, 99, 100, 12345, UInt64.max / 10, UInt64.max] {
            #expect(appended { $0.append(decimal: value) } == String(value))
        }
        for value in [0, 1, 0xF, 0x10, 0xFF, 0x100, 0xABCDEF, 0x0FFF_FFFF_FFFF_FFFF, UInt64.max] {
            #expect(appended { $0.append(hex: value) } == String(value, radix: 16))
            let digits = String(value, radix: 16)
            let padded = String(repeating: "0", count: 16 - digits.count) + digits
            #expect(appended { $0.append(hex16: value) } == padded)
        }
        #expect(appended { $0.append(text: "é😀") } == "é😀")
        #expect(appended { $0.append("static") } == "static")
    }

    @Test func `numbers are appended right at every distance from the end of the memory`() {
        for filled in 225..<260 {
            var buffer = ByteBuffer()
            for _ in 0..<filled { buffer.append(0x2E) }
            buffer.append(decimal: UInt64.max)
            buffer.append(hex16: 1)
            buffer.append(hex: UInt64.max)
            let tail = buffer.bytes.dropFirst(filled).text
            #expect(tail == "18446744073709551615" + "0000000000000001" + "ffffffffffffffff")
        }
    }

    @Test func `overwriting patches what is there, counted from the unconsumed front`() {
        var buffer = ByteBuffer()
        buffer.append("xx0000tail")
        buffer.consume(2)
        buffer.overwrite(at: 0, with: Bytes("12"))
        buffer.overwrite(at: 6, with: Bytes("il"))
        buffer.overwrite(at: 8, with: Bytes())
        let text = buffer.bytes.text
        #expect(text == "1200tail")
    }

    @Test func `spare room is at least what was asked for and becomes content by commit`() {
        var buffer = ByteBuffer()
        buffer.append("head")
        let spare = unsafe buffer.unsafeSpare(minimum: 1000)
        #expect(spare.count >= 1000)
        for index in 0..<1000 { unsafe spare[index] = UInt8(truncatingIfNeeded: index) }
        buffer.commit(1000)
        let count = buffer.count
        let last = buffer.bytes[1003]
        #expect(count == 1004)
        #expect(last == UInt8(truncatingIfNeeded: 999))
    }

    @Test func `truncating, emptying and releasing`() {
        var buffer = ByteBuffer()
        buffer.append("abcdef")
        buffer.consume(1)
        buffer.truncate(to: 2)
        let truncated = buffer.bytes.text
        #expect(truncated == "bc")
        buffer.removeAll()
        let isEmpty = buffer.isEmpty && buffer.capacity == 256
        #expect(isEmpty)
        buffer.append("again")
        buffer.releaseStorage()
        let isReleased = buffer.isEmpty && buffer.capacity == 0
        #expect(isReleased)
        buffer.append("more")
        let text = buffer.bytes.text
        #expect(text == "more")
    }

    @Test func `misuse by our own code traps`() async {
        await #expect(processExitsWith: .failure) {
            var buffer = ByteBuffer()
            buffer.consume(1)
        }
        await #expect(processExitsWith: .failure) {
            var buffer = ByteBuffer(capacity: 1)
            buffer.commit(257)
        }
        await #expect(processExitsWith: .failure) {
            var buffer = ByteBuffer()
            buffer.append("ab")
            buffer.overwrite(at: 1, with: Bytes("xy"))
        }
    }
}
