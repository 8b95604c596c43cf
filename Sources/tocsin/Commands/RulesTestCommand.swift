import ArgumentParser
import Diagnostics
import Evaluation
import Foundation
import RuleLanguage

/// `tocsin rules test`: the tests inside the rules, on simulated time.
struct RulesTestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Runs the tests inside rule files on simulated time, with the engine that watches tenants.",
        discussion: "Exit codes: 0 all passed, 1 a test failed, 2 a file is wrong.")

    @Argument(help: "Files and folders; the settings' rules where none is given.")
    var paths: [String] = []

    @Option(help: "Only rules whose id contains this text.")
    var only: String?

    @Flag(help: "Name the tests that passed too.")
    var verbose = false

    @Flag(help: "Say which parts of conditions were never true or never false, and which severities were never given.")
    var coverage = false

    @Flag(help: "Leave passed tests out, also out of --junit.")
    var onlyFailing = false

    @Option(help: "Also write the outcomes as JUnit XML to this file.")
    var junit: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
        let session = try RuleTestSession(paths: paths, only: only, hasCoverage: coverage, common: common)
        let paint = Paint(isOn: common.hasColor)
        for outcome in session.outcomes {
            if outcome.isPassed {
                if verbose, !onlyFailing { Terminal.write("\(paint.green("ok")) \(outcome.rule): \(outcome.test)") }
            } else {
                Terminal.write(
                    "\(paint.red("FAILED")) \(outcome.rule): \(outcome.test)  (\(session.place(of: outcome)))")
                for failure in outcome.failures { Terminal.write("  \(failure)") }
            }
        }
        if let junit { try write(session, to: junit) }
        if let report = session.coverage { Terminal.writeRaw(CoverageReport(report).text) }
        Terminal.write("\(session.passed) passed, \(session.failed) failed")
        if session.errorCount > 0 { throw Outcome.usage.exit }
        if session.failed > 0 { throw Outcome.findings.exit }
    }

    private func write(_ session: RuleTestSession, to path: String) throws {
        let text = JUnitReport(session: session, hasPassed: !onlyFailing).text
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            Terminal.writeError("error: `\(path)` cannot be written: \(error.localizedDescription)")
            throw Outcome.usage.exit
        }
    }
}

/// The tests of a choice of rules, run once.
struct RuleTestSession {
    let outcomes: [RuleTestRunner.Outcome]
    /// What conditions were, where that was asked for.
    let coverage: [ConditionCoverage.Point]?
    let errorCount: Int
    private let files: [String: SourceText]

    var passed: Int { outcomes.filter(\.isPassed).count }
    var failed: Int { outcomes.count - passed }

    init(paths: [String], only: String?, hasCoverage: Bool, common: CommonOptions) throws {
        // Without policies an implicit one binds every rule with its own parameters, as its tests expect.
        let selection = try RuleSelection(paths: paths, common: common)
        let files = try selection.ruleFiles()
        let watcher = hasCoverage ? ConditionCoverage() : nil
        let loaded = RuleBookLoader(
            schema: IdentitySchema.schema, limits: selection.limits, coverage: watcher
        ).load(files: files)
        common.report(loaded.diagnostics.filter { $0.diagnostic.level == .error })
        errorCount = DiagnosticReport(loaded.diagnostics).errorCount
        let book = loaded.book
        let runner = RuleTestRunner(signals: book.bindings.filter(\.rule.isSignal))
        let rules = book.rules.filter { rule in only.map { rule.id.contains($0) } ?? true }
        outcomes = rules.flatMap { rule in
            book.bindings.first { $0.rule.id == rule.id }.map { runner.run($0) } ?? []
        }
        let ids = Set(rules.map(\.id))
        coverage = watcher?.report.filter { ids.contains($0.rule) }
        self.files = Dictionary(rules.map { ($0.id, $0.file) }, uniquingKeysWith: { first, _ in first })
    }

    /// The file and line of a test.
    func place(of outcome: RuleTestRunner.Outcome) -> String {
        guard let file = files[outcome.rule] else { return outcome.rule }
        return "\(file.name):\(LineIndex(file.text).position(at: outcome.place.start).line)"
    }
}
