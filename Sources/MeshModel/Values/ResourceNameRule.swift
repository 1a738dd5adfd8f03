import Substrate

/// `[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?`, for names of resources and tenants.
enum ResourceNameRule {
    static let hint = "1 to 63 of a-z, 0-9 and '-', with a letter or digit at both ends"

    static func holds(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard (1...ConfigurationLimits.maxNameBytes).contains(bytes.count) else { return false }
        return bytes.allSatisfy { isWord($0) || $0 == ASCII.dash } && isWord(bytes[0])
            && isWord(bytes[bytes.count - 1])
    }

    static func isWord(_ byte: UInt8) -> Bool {
        ASCII.isDigit(byte) || (ASCII.isLetter(byte) && ASCII.lowercased(byte) == byte)
    }
}
