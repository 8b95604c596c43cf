import Foundation
import Testing

/// The built program, judged by Python and other people's libraries.
@Suite struct EndToEndTests {
    static let generator = PythonScript.root.appendingPathComponent("../shared/bench/generate.py").standardizedFileURL

    @Test(
        .enabled(
            if: PythonScript.interpreter != nil,
            "needs TOCSIN_PYTHON, an interpreter with the standardwebhooks library"),
        .timeLimit(.minutes(15)))
    func plantedCasesReachAWebhookOnceThroughKillAndRestart() async throws {
        let program = try #require(PythonScript.program)
        let root = PythonScript.root
        let run = try await PythonScript.run(
            "EndToEnd/monitor.py",
            [program, root.appendingPathComponent("Rules").path, root.appendingPathComponent("Policies").path])
        #expect(run.code == 0, "\(run.words)")
    }

    @Test(
        .enabled(
            if: PythonScript.interpreter != nil && FileManager.default.fileExists(atPath: generator.path),
            "needs TOCSIN_PYTHON and ../shared/bench/generate.py"),
        .timeLimit(.minutes(15)))
    func plantedAttacksAndViolationsAreFoundAndNothingElse() async throws {
        let program = try #require(PythonScript.program)
        let run = try await PythonScript.run(
            "Truth/judge.py",
            [
                "--tocsin", program, "--generator", Self.generator.path, "--events", "30000", "--users", "5000",
                "--attacks", "20", "--seed", "5",
            ])
        #expect(run.code == 0, "\(run.words)")
        #expect(run.words.contains("all as planted"), "\(run.words)")
    }
}
