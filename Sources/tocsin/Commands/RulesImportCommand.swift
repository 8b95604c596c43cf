import ArgumentParser
import Diagnostics
import Evaluation
import Foundation
import RuleLanguage

/// `tocsin rules import`: rules of other languages.
struct RulesImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Makes rules of rules written for something else.",
        subcommands: [RulesImportSigmaCommand.self])
}

/// `tocsin rules import sigma`: rules of Sigma's OneLogin log source.
struct RulesImportSigmaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sigma",
        abstract: "Makes rules of Sigma rules for OneLogin's events, and says of each other one why not.",
        discussion: """
            Each rule gets a test that fires and a quiet one where they can be derived. What does not map is reported \
            with file, line and reason; a summary counts the reasons. Exit codes: 0 done, 2 nothing could be read.
            """)

    @Argument(help: "Files and folders, also of a whole Sigma repository.")
    var paths: [String]

    @Option(name: .shortAndLong, help: "Write a file a rule below this folder; otherwise they go to standard output.")
    var output: String?

    @Flag(help: "Replace files that are there.")
    var force = false

    @Flag(help: "Leave out the lines about rules of other products.")
    var quiet = false

    @Option(help: "text or json, for the reports.")
    var format = OutputFormat.text

    func run() throws {
        var reports: [SigmaReport] = []
        let files = try SigmaFolder(paths).read(&reports)
        var result = SigmaImporter(schema: IdentitySchema.schema).run(files)
        let trial = ImportedRuleTrial()
        var written = 0
        for rule in result.rules {
            let outcome = trial.run(rule)
            reports += Self.notes(rule, outcome)
            guard let text = outcome.text else { continue }
            if try write(text, rule, &reports) { written += 1 }
        }
        reports += result.reports
        reports.sort { ($0.file, $0.line, $0.detail) < ($1.file, $1.line, $1.detail) }
        result.reports = reports
        let summary = SigmaSummary(result: result, fileCount: files.count, written: written)
        switch format {
        case .text: Terminal.writeError(summary.text(isShort: quiet))
        case .json: Terminal.writeError(try summary.json())
        }
    }

    private static func notes(_ rule: SigmaImporter.Rule, _ outcome: ImportedRuleTrial.Outcome) -> [SigmaReport] {
        guard outcome.text != nil else {
            let words = outcome.diagnostics.first?.diagnostic
            return [
                SigmaReport(
                    reason: .refused,
                    detail: "`\(rule.id)`: \(words.map { "\($0.code) \($0.message)" } ?? "not loaded")",
                    file: rule.source, line: rule.line)
            ]
        }
        let missing = [outcome.hasFiringTest ? nil : "fires", outcome.hasQuietTest ? nil : "stays quiet"]
        return missing.compactMap(\.self).map { word in
            SigmaReport(
                reason: .untested, detail: "`\(rule.id)`: write a test that \(word)", file: rule.source,
                line: rule.line, isNote: true)
        }
    }

    /// Writes a rule, and says whether it did.
    private func write(_ text: String, _ rule: SigmaImporter.Rule, _ reports: inout [SigmaReport]) throws -> Bool {
        guard let output else {
            Terminal.write("---\n" + text)
            return true
        }
        let folder = URL(fileURLWithPath: output)
        let file = folder.appendingPathComponent(rule.id + ".yaml")
        guard force || !FileManager.default.fileExists(atPath: file.path) else {
            reports.append(
                SigmaReport(
                    reason: .limit, detail: "`\(file.lastPathComponent)` is there already; --force replaces it",
                    file: rule.source, line: rule.line))
            return false
        }
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file, options: .atomic)
        } catch {
            Terminal.writeError("error: `\(file.path)` cannot be written: \(error.localizedDescription)")
            throw Outcome.usage.exit
        }
        return true
    }
}
