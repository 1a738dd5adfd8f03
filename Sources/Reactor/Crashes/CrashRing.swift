import CLinux
public import Substrate

/// The last requests of one worker, for a crash report. Memory of the process; only the worker's thread writes it.
@safe public struct CrashRing: @unchecked Sendable, BitwiseCopyable {
    /// Workers that have one each.
    public static var maxWorkers: Int { Int(CLINUX_CRASH_WORKERS) }
    /// Requests remembered.
    public static var capacity: Int { Int(CLINUX_CRASH_ENTRIES) }

    /// What is remembered of a request: times and numbers, nothing of its bytes. 0 stands for no service, route or tenant.
    public struct Entry: BitwiseCopyable, Sendable {
        public var began: WallTime
        public var tookNanoseconds: UInt64
        public var service: UInt32
        public var route: UInt32
        public var tenant: UInt32
        public var status: UInt16
        public var direction: UInt8
        public var reason: ReasonCode

        public init(
            began: WallTime, tookNanoseconds: UInt64, service: UInt32, route: UInt32, tenant: UInt32,
            status: UInt16, direction: UInt8, reason: ReasonCode
        ) {
            self.began = began
            self.tookNanoseconds = tookNanoseconds
            self.service = service
            self.route = route
            self.tenant = tenant
            self.status = status
            self.direction = direction
            self.reason = reason
        }
    }

    private let ring: UnsafeMutablePointer<clinux_crash_ring>

    public init(worker: Int) {
        precondition(worker >= 0 && worker < Self.maxWorkers, "a worker's number")
        unsafe ring = clinux_crash_ring_of(UInt32(worker))
    }

    public func record(_ entry: Entry) {
        unsafe clinux_crash_record(
            ring, entry.began.nanoseconds, entry.tookNanoseconds, entry.service, entry.route, entry.tenant,
            entry.status, entry.direction, entry.reason.rawValue)
    }
}
