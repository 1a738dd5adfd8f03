/// What a listener is for; see `ListenerSpec.Role`.
public enum ListenerRole: UInt8, BitwiseCopyable, Sendable { case edge, inbound, outbound }
