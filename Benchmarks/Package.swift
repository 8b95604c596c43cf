// swift-tools-version: 6.1
import PackageDescription

// A package of its own, so that the project's graph stays as it is. docs/decisions/0002-benchmarks.md says why the
// program is a plain executable.
let package = Package(
    name: "benchmarks",
    products: [.executable(name: "cel-speed", targets: ["CELSpeed"])],
    dependencies: [.package(name: "tocsin", path: "..")],
    targets: [
        .executableTarget(name: "CELSpeed", dependencies: [.product(name: "CEL", package: "tocsin")])
    ],
    swiftLanguageModes: [.v6])
