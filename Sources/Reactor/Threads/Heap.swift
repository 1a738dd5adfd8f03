import CLinux

/// The allocator's free memory.
public enum Heap {
    /// Gives free pages back to the system; after a burst, not on the request path.
    public static func trim() { _ = clinux_trim_heap() }
}
