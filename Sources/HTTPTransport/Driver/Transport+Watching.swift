public import Reactor
import Substrate

extension Transport {
    /// Tells the handler each time that `descriptor` may be read or written again: a connection that is driven by
    /// somebody else on this loop. Closing the descriptor ends the watch.
    ///
    /// - Returns: false when the kernel has no watches left.
    public func watchConnection(_ descriptor: FileDescriptor, number: UInt32) -> Bool {
        s[].loop.add(descriptor, token: Token(.handler, SlotID(index: number, generation: 0)).bits) >= 0
    }
}
