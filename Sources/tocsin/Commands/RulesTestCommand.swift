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

    @Flag(
        help: """
            Run only the tests that failed when they were run last in this folder; all of them where none did, or \
            where this is the first run.
            """)
    var onlyFailing = false

    @Option(help: "Also write the outcomes as JUnit XML to this file.")
    var junit: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
        let memory = FailingTests()
        let remembered = onlyFailing ? memory.names() : []
        let session = try RuleTestSession(
            paths: paths, only: only, onlyNames: remembered, hasCoverage: coverage, common: common)
        let paint = Paint(isOn: common.hasColor)
        for outcome in session.outcomes {
            if outcome.isPassed {
                if verbose { Terminal.write("\(paint.green("ok")) \(outcome.rule): \(outcome.test)") }
            } else {
                Terminal.write(
                    "\(paint.red("FAILED")) \(outcome.rule): \(outcome.test)  (\(session.place(of: outcome)))")
                for failure in outcome.failures { Terminal.write("  \(failure)") }
            }
        }
        if let junit { try write(session, to: junit) }
        if let report = session.coverage { Terminal.writeRaw(CoverageReport(report).text) }
        let left = session.leftOut > 0 ? "; \(session.leftOut) that passed last time were not run" : ""
        Terminal.write("\(session.passed) passed, \(session.failed) failed\(left)")
        memory.note(passed: session.names { $0.isPassed }, failed: session.names { !$0.isPassed })
        if session.errorCount > 0 { throw Outcome.usage.exit }
        if session.failed > 0 { throw Outcome.findings.exit }
    }

    private func write(_ session: RuleTestSession, to path: String) throws {
        let text = JUnitReport(session: session).text
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
    /// Tests that were not run because others are to be.
    let leftOut: Int
    private let files: [String: SourceText]

    var passed: Int { outcomes.filter(\.isPassed).count }
    var failed: Int { outcomes.count - passed }

    /// The tests that came out in one way.
    func names(_ isWanted: (RuleTestRunner.Outcome) -> Bool) -> Set<FailingTests.Name> {
        Set(outcomes.filter(isWanted).map { FailingTests.Name(rule: $0.rule, test: $0.test) })
    }

    /// - Parameter onlyNames: The tests to run; all where none of them is there any more.
    init(
        paths: [String], only: String?, onlyNames: Set<FailingTests.Name> = [], hasCoverage: Bool,
        common: CommonOptions
    ) throws {
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
        let all = rules.flatMap { rule in
            book.bindings.first { $0.rule.id == rule.id }.map { runner.run($0) } ?? []
        }
        let chosen = all.filter { onlyNames.contains(FailingTests.Name(rule: $0.rule, test: $0.test)) }
        outcomes = chosen.isEmpty ? all : chosen
        leftOut = all.count - outcomes.count
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
