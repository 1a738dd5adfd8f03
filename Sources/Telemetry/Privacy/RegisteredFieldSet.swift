/// Names of header fields that a head has, each once.
public struct RegisteredFieldSet: Classified, Sendable, BitwiseCopyable, Equatable {
    public static var privacyClass: PrivacyClass { .open }

    private var low: UInt64 = 0
    private var high: UInt64 = 0

    public init() {}

    public var isEmpty: Bool { low | high == 0 }

    public mutating func insert(_ field: RegisteredField) {
        if field.number < 64 {
            low |= 1 << UInt64(field.number)
        } else {
            high |= 1 << UInt64(field.number & 63)
        }
    }

    public func contains(_ field: RegisteredField) -> Bool {
        (field.number < 64 ? low : high) >> UInt64(field.number & 63) & 1 == 1
    }
}
