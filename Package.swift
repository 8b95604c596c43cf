// swift-tools-version: 6.2
import PackageDescription

// The folder tree shows the architecture: docs/architecture.md section 3 says what each target is for and what it
// must not know, and ArchitectureTests hold this file to that table.

let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

func product(_ name: String, _ package: String) -> Target.Dependency { .product(name: name, package: package) }

let crypto = product("Crypto", "swift-crypto")
let logging = product("Logging", "swift-log")
let yams = product("Yams", "Yams")
let hummingbird = product("Hummingbird", "hummingbird")

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

let package = Package(
    name: "tocsin",
    products: [
        .executable(name: "tocsin", targets: ["tocsin"]),
        .library(name: "CEL", targets: ["CEL"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", exact: "1.5.0"),
    ],
    targets: [
        // Layer 0: know nothing of this project
        .systemLibrary(name: "CPCRE2", providers: [.apt(["libpcre2-dev"])]),
        .systemLibrary(name: "CMaxMindDB", providers: [.apt(["libmaxminddb-dev"])]),
        module("PCRE2", ["CPCRE2"]),
        module("Timekeeping"),
        module("Diagnostics"),
        module("HTTPTransport"),
        module("JSONScanning"),
        module("FieldStorage"),

        // Layer 1: values, pure machines, ports
        module("CEL", ["PCRE2", "Timekeeping", "Diagnostics", "FieldStorage"]),
        module("Directory", ["Timekeeping", "FieldStorage"]),
        module("Alerting", ["Timekeeping", crypto]),

        // Layer 2 and 3: rules, and what they say of facts
        module("RuleLanguage", ["CEL", "Diagnostics", "Timekeeping", "FieldStorage", "Alerting", crypto, yams]),
        module(
            "Evaluation",
            ["RuleLanguage", "CEL", "Directory", "Alerting", "Diagnostics", "Timekeeping", "FieldStorage"]),

        // Layer 4: edges, none of which imports another
        module(
            "HTTPClient",
            [
                "HTTPTransport", product("AsyncHTTPClient", "async-http-client"),
                product("NIOCore", "swift-nio"), product("NIOPosix", "swift-nio"),
                product("NIOHTTP1", "swift-nio"), product("NIOSSL", "swift-nio-ssl"),
            ]),
        module("OneLogin", ["HTTPTransport", "Directory", "Timekeeping", "FieldStorage", "JSONScanning"]),
        module("Enrichment", ["CMaxMindDB", "Directory", "FieldStorage", "Timekeeping"]),
        module("Sync", ["Directory", "FieldStorage", "Timekeeping", logging]),
        module(
            "Store",
            [
                "Directory", "Alerting", "Timekeeping", "FieldStorage", "JSONScanning", product("GRDB", "GRDB.swift"),
            ]),
        module("Delivery", ["Alerting", "HTTPTransport", "Timekeeping", crypto, logging]),
        module("Reporting", ["Alerting", "Timekeeping"]),
        module("Web", ["Directory", "Alerting", "Timekeeping", hummingbird, logging]),
        module("Settings", ["Diagnostics", "HTTPTransport", "Timekeeping", yams]),
        module("OneLoginSimulator", ["HTTPTransport", "Timekeeping", hummingbird, logging]),

        // Layer 5 and 6: assembly and commands
        module(
            "Monitor",
            [
                "Timekeeping", "Diagnostics", "HTTPTransport", "FieldStorage", "Directory", "Alerting", "RuleLanguage",
                "Evaluation", "HTTPClient", "OneLogin", "Enrichment", "Sync", "Store", "Delivery", "Reporting", "Web",
                "Settings", "OneLoginSimulator", product("ServiceLifecycle", "swift-service-lifecycle"), logging,
            ]),
        .executableTarget(
            name: "tocsin",
            dependencies: [
                "Monitor", "CEL", "Timekeeping", "Diagnostics", "HTTPTransport", "Directory", "Alerting",
                "RuleLanguage", "Evaluation", "OneLogin", "Settings", "Reporting", "OneLoginSimulator",
                "JSONScanning", "FieldStorage", "HTTPClient", "Delivery", "Store", "Sync", "Web", logging,
                product("ArgumentParser", "swift-argument-parser"),
                product("ServiceLifecycle", "swift-service-lifecycle"),
                product("UnixSignals", "swift-service-lifecycle"),
            ],
            swiftSettings: strict),

        // Tests
        tests("PCRE2Tests", ["PCRE2"]),
        tests("TimekeepingTests", ["Timekeeping"]),
        tests("DiagnosticsTests", ["Diagnostics"], exclude: ["Snapshots"]),
        tests("HTTPTransportTests", ["HTTPTransport", "Timekeeping"]),
        tests("JSONScanningTests", ["JSONScanning"]),
        tests("FieldStorageTests", ["FieldStorage"]),
        tests("CELTests", ["CEL", "PCRE2", "Diagnostics", "Timekeeping", "FieldStorage"], exclude: ["Snapshots"]),
        tests("DirectoryTests", ["Directory", "Timekeeping", "FieldStorage"]),
        tests("AlertingTests", ["Alerting", "Timekeeping"]),
        tests(
            "RuleLanguageTests",
            ["RuleLanguage", "CEL", "Diagnostics", "Timekeeping", "Alerting", "FieldStorage"],
            exclude: ["Sigma", "Snapshots"]),
        tests(
            "EvaluationTests",
            [
                "Evaluation", "RuleLanguage", "CEL", "Directory", "Alerting", "Diagnostics", "Timekeeping",
                "FieldStorage",
            ]),
        tests(
            "HTTPClientTests",
            [
                "HTTPClient", "HTTPTransport", "Timekeeping", hummingbird, product("HummingbirdTLS", "hummingbird"),
                logging,
            ]),
        tests(
            "OneLoginTests",
            ["OneLogin", "HTTPTransport", "Directory", "Timekeeping", "FieldStorage", "JSONScanning"]),
        tests("EnrichmentTests", ["Enrichment", "Directory", "FieldStorage", "Timekeeping"]),
        tests("SyncTests", ["Sync", "Directory", "FieldStorage", "Timekeeping", logging]),
        tests(
            "StoreTests",
            ["Store", "Directory", "Alerting", "Timekeeping", "FieldStorage", product("GRDB", "GRDB.swift")]),
        tests("DeliveryTests", ["Delivery", "Alerting", "HTTPTransport", "Timekeeping", logging]),
        tests("ReportingTests", ["Reporting", "Alerting", "Timekeeping", crypto], exclude: ["Snapshots"]),
        tests("WebTests", ["Web", "Timekeeping", hummingbird, product("HummingbirdTesting", "hummingbird"), logging]),
        tests("SettingsTests", ["Settings", "Diagnostics", "HTTPTransport", "Timekeeping"]),
        tests("SimulatorTests", ["OneLoginSimulator", "HTTPTransport", "Timekeeping"]),
        tests(
            "MonitorTests",
            [
                "Monitor", "Alerting", "Delivery", "Diagnostics", "Directory", "Evaluation", "FieldStorage",
                "HTTPClient",
                "HTTPTransport", "OneLogin", "OneLoginSimulator", "Reporting", "RuleLanguage", "Store", "Sync",
                "Timekeeping", "Settings", "Web", logging, product("ServiceLifecycle", "swift-service-lifecycle"),
            ], exclude: ["Snapshots"]),
        tests("ArchitectureTests", []),
        tests("RuleBookTests", ["Evaluation", "RuleLanguage", "Alerting", "Diagnostics", "Timekeeping"]),
        tests("CommandTests", ["tocsin"]),
        .testTarget(
            name: "FuzzingTests",
            dependencies: [
                "CEL", "PCRE2", "Diagnostics", "Timekeeping", "FieldStorage", "JSONScanning", "Directory",
                "HTTPTransport", "OneLogin", "RuleLanguage", "Evaluation",
            ],
            path: "Tests/Fuzzing", exclude: ["Driver", "Dictionaries", "Seeds"], swiftSettings: strict),
        tests("DocsTests", ["Evaluation", "RuleLanguage", "Diagnostics"]),
    ],
    swiftLanguageModes: [.v6])

// `make properties` builds the tests of one target, and so no more than they stand on; several have commas between.
if let only = Context.environment["TOCSIN_TESTS"]?.split(separator: ",").map(String.init) {
    package.targets.removeAll { $0.type == .test && !only.contains($0.name) }
}
