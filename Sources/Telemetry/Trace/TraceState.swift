public import Substrate

/// Validity and size of `tracestate` (W3C Trace Context 2 §3.3). Its content is other vendors' and is never read.
///
/// Several field lines are one list: join them with commas in the order received first.
public enum TraceState {
    /// Most members of a list; one more makes the list invalid (§3.3.1.1).
    public static var maxMembers: Int { 32 }
    /// Characters propagated. The specification's least; what is longer is shortened to it (§3.3.1.5).
    public static var maxCharacters: Int { 512 }
    /// A longer member is the first to go when the list is too long (§3.3.1.5).
    public static var maxKeptMemberCharacters: Int { 128 }
    public static var maxKeyCharacters: Int { 256 }
    public static var maxValueCharacters: Int { 256 }

    /// Whether the list follows the grammar and has 1…`maxMembers` members. An invalid list is dropped whole.
    public static func isValid(_ list: Bytes) -> Bool {
        guard let members = TraceStateMembers(list) else { return false }
        return members.count > 0
    }

    /// Appends the list in at most `maxCharacters`: later members of a key already seen go, and when it is too long
    /// members over `maxKeptMemberCharacters`, then members from the end.
    ///
    /// - Returns: false, with nothing appended, when the list is invalid or nothing of it is left.
    public static func appendBounded(_ list: Bytes, into buffer: inout ByteBuffer) -> Bool {
        guard var members = TraceStateMembers(list), members.count > 0 else { return false }
        members.dropDuplicates(in: list)
        members.shorten(to: maxCharacters, firstDroppingOver: maxKeptMemberCharacters)
        var isFirst = true
        for index in 0..<members.count where members.isKept(index) {
            if !isFirst { buffer.append(ASCII.comma) }
            isFirst = false
            buffer.append(list[members[index]])
        }
        return !isFirst
    }
}
