import Foundation
import Testing

/// A Python script of the tests, run to its end.
enum PythonScript {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    /// An interpreter with the libraries the scripts need; `make test` makes one.
    static let interpreter = ProcessInfo.processInfo.environment["TOCSIN_PYTHON"]
    /// The built program beside the test bundle.
    static let program = Bundle.main.executableURL?.deletingLastPathComponent().appendingPathComponent("tocsin").path

    /// Runs a script of `Tests/` and gives its exit code and all it wrote.
    static func run(_ script: String, _ arguments: [String]) async throws -> (code: Int32, words: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(interpreter))
        process.arguments = [root.appendingPathComponent("Tests/" + script).path] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        let code = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        return (code, String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self))
    }
}
