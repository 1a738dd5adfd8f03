import CLinux
import Substrate

/// What a crash prints: one line about the signal, and then the `CrashRing` of each worker. See the decision
/// "crash reports".
public enum CrashReport {
    /// Numbers in a `CrashRing` that have names.
    public enum Kind: Sendable {
        case service, route, tenant

        var raw: Int32 {
            switch self {
            case .service: Int32(clinux_crash_service.rawValue)
            case .route: Int32(clinux_crash_route.rawValue)
            case .tenant: Int32(clinux_crash_tenant.rawValue)
            }
        }
    }

    /// Numbers of each kind that can have a name.
    public static var maxNames: Int { Int(CLINUX_CRASH_NAMES) }
    /// Bytes of all names together, one more for each.
    public static var maxNameBytes: Int { Int(CLINUX_CRASH_NAME_BYTES) }

    /// Reports crashes from now on. Once, before any thread is started.
    ///
    /// - Parameters:
    ///   - version: what the report says of the program.
    ///   - directions: names of `CrashRing.Entry.direction`.
    public static func install(version: StaticString, _ directions: [(number: UInt8, name: StaticString)]) {
        name(Int32(clinux_crash_version.rawValue), 0, "\(version)")
        for direction in directions {
            name(Int32(clinux_crash_direction.rawValue), UInt32(direction.number), "\(direction.name)")
        }
        for reason in ReasonCode.allCases {
            name(Int32(clinux_crash_reason.rawValue), UInt32(reason.rawValue), "\(reason.code)")
        }
        // Without it the process crashes as silently as any other.
        _ = clinux_crash_install()
    }

    /// Gives a number its name, before a ring holds it. One thread at a time.
    ///
    /// - Parameter text: from configuration; never from a peer.
    /// - Returns: false when there is no room: reports then show the number.
    @discardableResult
    public static func name(_ kind: Kind, _ number: UInt32, configured text: String) -> Bool {
        name(kind.raw, number, text)
    }

    @discardableResult
    private static func name(_ kind: Int32, _ number: UInt32, _ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return unsafe bytes.withUnsafeBytes { raw in
            guard let base = raw.baseAddress else { return false }
            return unsafe clinux_crash_name(kind, number, base, raw.count) == 0
        }
    }
}
