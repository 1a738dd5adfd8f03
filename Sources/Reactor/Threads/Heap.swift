import CLinux

/// Memory that the process holds without needing it.
public enum Heap {
    /// Gives free pages back to the system; after a burst, not on the request path.
    public static func trim() { _ = clinux_trim_heap() }

    /// Lets go of the program's own resident code and constants. What still runs is mapped again from the page cache at
    /// its next use, some sixteen pages at a fault; what only the start needed stays out.
    public static func releaseCleanPages() { clinux_release_clean_pages() }
}
