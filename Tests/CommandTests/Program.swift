import Foundation
import Testing

/// The built program, run as a process of its own.
struct Program {
    struct Answer: Sendable {
        let code: Int32
        let output: String
        let errors: String
    }

    /// A folder of its own that is the working directory and the home of every run.
    let folder: URL

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("tocsin-run-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// Writes a file into the folder, with the folders it is in.
    func write(_ text: String, to name: String) throws {
        let file = folder.appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    func process(_ arguments: [String]) throws -> Process {
        let process = Process()
        let program = try #require(
            Bundle.main.executableURL?.deletingLastPathComponent().appendingPathComponent("tocsin"))
        process.executableURL = program
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = ["HOME": folder.path, "PATH": "/usr/bin:/bin", "NO_COLOR": "1"]
        return process
    }

    /// Runs a command to its end.
    func run(_ arguments: String...) async throws -> Answer { try await run(arguments) }

    func run(_ arguments: [String]) async throws -> Answer {
        let process = try process(arguments)
        // Files and not pipes, so that much output cannot block the process.
        let names = ["out", "err"].map { "\($0)-\(UUID().uuidString)" }
        for name in names { try write("", to: name) }
        process.standardOutput = try FileHandle(forWritingTo: folder.appendingPathComponent(names[0]))
        process.standardError = try FileHandle(forWritingTo: folder.appendingPathComponent(names[1]))
        let code = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        let texts = try names.map { try String(contentsOf: folder.appendingPathComponent($0), encoding: .utf8) }
        return Answer(code: code, output: texts[0], errors: texts[1])
    }
}
