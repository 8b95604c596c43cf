import ArgumentParser
import Diagnostics
import Evaluation
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

    @OptionGroup var common: CommonOptions

    func run() throws {
        // Without policies an implicit one binds every rule with its own parameters, as its tests expect.
        let files = try RuleSelection(paths: paths, common: common).ruleFiles()
        let loaded = RuleBookLoader(schema: IdentitySchema.schema).load(files: files)
        let diagnostics = DiagnosticReport(loaded.diagnostics)
        common.report(loaded.diagnostics.filter { $0.diagnostic.level == .error })
        let paint = Paint(isOn: common.hasColor)
        let book = loaded.book
        let runner = RuleTestRunner(signals: book.bindings.filter(\.rule.isSignal))
        var passed = 0
        var failed = 0
        for rule in book.rules where only.map({ rule.id.contains($0) }) ?? true {
            guard let bound = book.bindings.first(where: { $0.rule.id == rule.id }) else { continue }
            for outcome in runner.run(bound) {
                if outcome.isPassed {
                    passed += 1
                    if verbose { Terminal.write("\(paint.green("ok")) \(outcome.rule): \(outcome.test)") }
                } else {
                    failed += 1
                    let line = LineIndex(rule.file.text).position(at: outcome.place.start).line
                    Terminal.write(
                        "\(paint.red("FAILED")) \(outcome.rule): \(outcome.test)  (\(rule.file.name):\(line))")
                    for failure in outcome.failures { Terminal.write("  \(failure)") }
                }
            }
        }
        Terminal.write("\(passed) passed, \(failed) failed")
        if diagnostics.errorCount > 0 { throw Outcome.usage.exit }
        if failed > 0 { throw Outcome.findings.exit }
    }
}
