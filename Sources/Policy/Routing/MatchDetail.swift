import Substrate

/// The part of one match that is read when it holds, or for methods without a case of their own.
struct MatchDetail: BitwiseCopyable {
    /// The path as configured, in `text`.
    var template = ByteRange()
    /// From `IdentityRegistry`.
    var templateID: UInt32 = 0
    /// One bit a segment: it is a parameter's value.
    var parameterSegments: UInt32 = 0
    /// The last parameter takes everything that is left.
    var endsInRest = false
    /// Names of the parameters in order, in `names`.
    var parameterNames = TableRange()
    /// In `names`.
    var otherMethods = TableRange()
    /// Place of the parameter `channel`, or -1.
    var channelParameter: Int8 = -1
}
