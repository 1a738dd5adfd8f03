// swift-tools-version: 6.3
import PackageDescription

/// `OUTRIGGER_FUZZ=1 swift build -c release` builds the fuzzers of Tests/Fuzz and what they read with, instrumented, and
/// nothing else; Mesh/checks/fuzz does it.
let isFuzzing = Context.environment["OUTRIGGER_FUZZ"] != nil

/// One list for every Swift target. Loosen it for a target only with a comment saying why.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

/// The data plane's modules are small and call each other per request: in release builds the optimiser may look
/// across them. Without it a checked byte access costs a call.
let dataPlane: [SwiftSetting] =
    strict + [.unsafeFlags(["-cross-module-optimization"], .when(configuration: .release))]
    + (isFuzzing ? [.unsafeFlags(["-sanitize=fuzzer", "-enable-testing"])] : [])

let package = Package(
    name: "outrigger",
    products: [
        .executable(name: "outrigger-sidecar", targets: ["outrigger-sidecar"])
    ],
    targets: [
        // Layer 0
        .target(name: "CLinux"),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .target(name: "Substrate", swiftSettings: dataPlane),
        .target(name: "JSON", dependencies: ["Substrate"], swiftSettings: dataPlane),
        // Layer 1
        .target(name: "MeshModel", dependencies: ["Substrate", "JSON", "CYAML"], swiftSettings: dataPlane),
        .target(name: "Telemetry", dependencies: ["Substrate", "JSON"], swiftSettings: dataPlane),
        .target(name: "Reactor", dependencies: ["Substrate", "CLinux"], swiftSettings: dataPlane),
        .target(name: "Cryptography", dependencies: ["Substrate", "COpenSSL"], swiftSettings: dataPlane),
        .target(name: "HTTPWire", dependencies: ["Substrate"], swiftSettings: dataPlane),
        // Layer 2
        .target(
            name: "HTTPTransport", dependencies: ["Substrate", "Reactor", "Cryptography", "HTTPWire"],
            swiftSettings: dataPlane),
        .target(
            name: "Policy", dependencies: ["Substrate", "JSON", "MeshModel", "Cryptography"],
            swiftSettings: dataPlane),
        // Layer 3
        .target(
            name: "Sidecar",
            dependencies: [
                "Substrate", "JSON", "MeshModel", "Telemetry", "Reactor", "Cryptography", "HTTPWire",
                "HTTPTransport", "Policy",
            ],
            swiftSettings: dataPlane),
        // Layer 4
        .executableTarget(name: "outrigger-sidecar", dependencies: ["Sidecar"], swiftSettings: dataPlane),
        // Benchmarks: no product, and nothing is judged by them
        .executableTarget(
            name: "PurseBenchmark",
            dependencies: ["Substrate", "MeshModel", "Telemetry", "Reactor", "HTTPWire", "Policy"],
            path: "Tests/Benchmarks/Purse",
            swiftSettings: dataPlane),
        // Simulation: no product; Mesh/checks/simulate builds it optimised, as the product is
        .executableTarget(
            name: "Simulation",
            dependencies: [
                "Substrate", "Reactor", "Cryptography", "HTTPWire", "HTTPTransport", "MeshTestKit",
            ],
            path: "Tests/Simulation",
            swiftSettings: strict),
        // Tests
        .target(
            name: "MeshTestKit", dependencies: ["Substrate", "Reactor", "Cryptography", "COpenSSL"],
            path: "Tests/Support",
            swiftSettings: strict),
        .testTarget(name: "SubstrateTests", dependencies: ["Substrate"], swiftSettings: strict),
        .testTarget(name: "JSONTests", dependencies: ["JSON", "Substrate"], swiftSettings: strict),
        .testTarget(
            name: "MeshModelTests", dependencies: ["MeshModel", "Substrate", "JSON"], swiftSettings: strict),
        .testTarget(
            name: "TelemetryTests", dependencies: ["Telemetry", "Substrate", "JSON"], swiftSettings: strict),
        .testTarget(
            name: "ReactorTests", dependencies: ["Reactor", "Substrate", "MeshTestKit"], swiftSettings: strict
        ),
        .testTarget(
            name: "CryptographyTests",
            dependencies: ["Cryptography", "Substrate", "MeshTestKit", "COpenSSL"],
            swiftSettings: strict),
        .testTarget(name: "HTTPWireTests", dependencies: ["HTTPWire", "Substrate"], swiftSettings: strict),
        .testTarget(
            name: "HTTPTransportTests",
            dependencies: [
                "HTTPTransport", "Substrate", "Reactor", "Cryptography", "HTTPWire", "MeshTestKit",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "PolicyTests", dependencies: ["Policy", "Substrate", "MeshModel", "Cryptography", "JSON"],
            swiftSettings: strict),
        .testTarget(
            name: "SidecarTests",
            dependencies: [
                "Sidecar", "Substrate", "MeshModel", "Telemetry", "Reactor", "Cryptography", "HTTPWire",
                "HTTPTransport", "Policy", "MeshTestKit",
            ],
            swiftSettings: strict),
    ]
)

/// A fuzzer of Tests/Fuzz/NAME: a program whose `main` is libFuzzer's. Links in these folders lead to what other tests
/// have already: oracles, sketches, an authority.
func fuzzer(_ name: String, _ modules: [String]) -> Target {
    .executableTarget(
        name: "Fuzz\(name)",
        dependencies: (["FuzzKit", "Substrate"] + modules).map { .byName(name: $0) },
        path: "Tests/Fuzz/\(name)",
        swiftSettings: strict + [.unsafeFlags(["-sanitize=fuzzer", "-parse-as-library"])],
        // With the default linker of Debian the link crashes; lld comes with Swift.
        linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])])
}

if isFuzzing {
    let read: Set = [
        "COpenSSL", "CYAML", "Substrate", "JSON", "MeshModel", "Telemetry", "Cryptography", "HTTPWire",
        "Policy",
    ]
    package.products = []
    package.targets.removeAll { !read.contains($0.name) }
    package.targets += [
        .target(name: "CLibFuzzer", path: "Tests/Fuzz/CLibFuzzer"),
        .target(
            name: "FuzzKit", dependencies: ["CLibFuzzer", "Substrate"], path: "Tests/Fuzz/Kit",
            swiftSettings: strict),
        .target(
            name: "FuzzTranscripts", dependencies: ["Substrate", "HTTPWire"], path: "Tests/Fuzz/Transcripts",
            swiftSettings: strict + [.unsafeFlags(["-enable-testing"])]),
        fuzzer("JSON", ["JSON"]),
        fuzzer("HTTPRequest", ["HTTPWire", "FuzzTranscripts"]),
        fuzzer("HTTPResponse", ["HTTPWire", "FuzzTranscripts"]),
        fuzzer("ChunkedBody", ["HTTPWire"]),
        fuzzer("Configuration", ["MeshModel", "Policy"]),
        fuzzer("Certificates", ["Cryptography", "MeshModel"]),
        fuzzer("TLSHandshake", ["Cryptography", "COpenSSL"]),
        fuzzer("TLSRecords", ["Cryptography", "COpenSSL"]),
        fuzzer("TraceContext", ["Telemetry"]),
        fuzzer("B3", ["Telemetry"]),
        fuzzer("CollectorAnswer", ["Telemetry"]),
        fuzzer("Webhooks", ["JSON", "MeshModel", "Cryptography", "Policy"]),
    ]
}
