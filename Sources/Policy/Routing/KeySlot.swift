import Substrate

/// One place of a `KeyTable`. Free while `value` is -1.
struct KeySlot: BitwiseCopyable {
    var tag: UInt32
    var scope: Int32
    var key: ByteRange
    var value: Int32

    static var free: KeySlot { KeySlot(tag: 0, scope: 0, key: ByteRange(), value: -1) }
}
