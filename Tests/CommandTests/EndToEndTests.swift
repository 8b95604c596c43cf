import Foundation
import Testing

/// The built program over loopback, judged by Python and other people's libraries.
@Suite struct EndToEndTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let python = ProcessInfo.processInfo.environment["TOCSIN_PYTHON"]
    /// The program beside the test bundle.
    static let program = Bundle.main.executableURL?.deletingLastPathComponent().appendingPathComponent("tocsin")

    @Test(
        .enabled(if: python != nil, "needs TOCSIN_PYTHON, an interpreter with the standardwebhooks library"),
        .timeLimit(.minutes(5)))
    func plantedCasesReachAWebhookOnceThroughKillAndRestart() async throws {
        let program = try #require(Self.program)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(Self.python))
        process.arguments = [
            Self.root.appendingPathComponent("Tests/EndToEnd/monitor.py").path, program.path,
            Self.root.appendingPathComponent("Rules").path, Self.root.appendingPathComponent("Policies").path,
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        let status = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        let words = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        #expect(status == 0, "\(words)")
    }
}
