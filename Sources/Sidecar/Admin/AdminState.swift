import MeshModel
import Substrate
import Synchronization

/// What the admin listener shows and the other threads change.
final class AdminState: Sendable {
    private struct Shown {
        var configuration: MeshConfiguration?
        var revision: UInt64 = 0
        var refusals: UInt64 = 0
        var lastRefusal: [String] = []
    }

    private let shown = Mutex(Shown())
    private let isReadyFlag = Atomic<Bool>(false)
    private let isDrainingFlag = Atomic<Bool>(false)

    var isReady: Bool { isReadyFlag.load(ordering: .acquiring) && !isDraining }
    var isDraining: Bool { isDrainingFlag.load(ordering: .acquiring) }
    var revision: UInt64 { shown.withLock { $0.revision } }
    var refusals: UInt64 { shown.withLock { $0.refusals } }
    var lastRefusal: [String] { shown.withLock { $0.lastRefusal } }
    var configuration: MeshConfiguration? { shown.withLock { $0.configuration } }

    /// Every worker serves this configuration.
    func accepted(_ configuration: MeshConfiguration, revision: UInt64) {
        shown.withLock {
            $0.configuration = configuration
            $0.revision = revision
            $0.lastRefusal = []
        }
        isReadyFlag.store(true, ordering: .releasing)
    }

    func refused(_ problems: [String]) {
        shown.withLock {
            $0.refusals += 1
            $0.lastRefusal = problems
        }
    }

    func beginDraining() { isDrainingFlag.store(true, ordering: .releasing) }
}
