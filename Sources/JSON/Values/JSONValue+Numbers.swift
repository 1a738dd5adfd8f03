import Glibc
public import Substrate

extension JSONValue {
    /// The number exactly as written. Identifiers and amounts travel as this, never as `double`.
    public var numberLexeme: Bytes? { node.kind == .number ? rawBytes : nil }

    /// The number if it is written as digits only and fits.
    public var unsignedInteger: UInt64? { numberLexeme?.decimalValue }

    /// The number if it is written without point and exponent and fits; `-0` is 0.
    public var integer: Int64? {
        guard let lexeme = numberLexeme else { return nil }
        let isNegative = lexeme[0] == ASCII.dash
        guard let magnitude = lexeme.dropFirst(isNegative ? 1 : 0).decimalValue else { return nil }
        if !isNegative { return Int64(exactly: magnitude) }
        return magnitude <= UInt64(Int64.max) + 1 ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil
    }

    /// The nearest double; nil when the number is beyond what a double holds.
    public var double: Double? {
        guard let lexeme = numberLexeme else { return nil }
        if lexeme.count < 16, let integer, lexeme[0] != ASCII.dash || integer != 0 { return Double(integer) }
        let value = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: lexeme.count + 1) { copy in
            for index in 0..<lexeme.count { unsafe copy[index] = CChar(bitPattern: lexeme[index]) }
            unsafe copy[lexeme.count] = 0
            // The process never leaves the C locale, in which the point is a point.
            return unsafe strtod(copy.baseAddress.unsafelyUnwrapped, nil)
        }
        return value.isFinite ? value : nil
    }
}
