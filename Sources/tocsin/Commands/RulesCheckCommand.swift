public import ArgumentParser
import CEL
public import Diagnostics
import Evaluation
import RuleLanguage
import Settings

/// `tocsin rules check`: every error of every file in one run.
struct RulesCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Checks rule and policy files; every error of every file comes out in one run.",
        discussion: "Exit codes: 0 no errors, 2 errors.")

    @Argument(help: "Files and folders; the settings' rules and policies where none is given.")
    var paths: [String] = []

    @Option(help: "text, short, json, github or sarif.")
    var format = DiagnosticFormat.text

    @OptionGroup var common: CommonOptions

    func run() throws {
        let selection = try RuleSelection(paths: paths, common: common)
        let files = try selection.files()
        let loaded = RuleBookLoader(
            schema: IdentitySchema.schema, limits: selection.limits, prober: PatternProber(isTimed: true)
        ).load(files: files)
        let report = DiagnosticReport(loaded.diagnostics)
        if format == .text {
            if !report.entries.isEmpty { Terminal.writeError(report.rendered(as: .text)) }
            Terminal.write(
                """
                \(files.count) files: \(loaded.book.rules.count) rules, \(loaded.book.bindings.count) bound, \
                \(report.errorCount) errors, \(report.warningCount) warnings
                """)
        } else {
            Terminal.write(report.rendered(as: format))
        }
        if report.errorCount > 0 { throw Outcome.usage.exit }
    }
}

extension DiagnosticFormat: ExpressibleByArgument {}

/// The rule and policy files a command is about.
struct RuleSelection {
    private let paths: [String]
    private let common: CommonOptions
    private let settings: Settings

    init(paths: [String], common: CommonOptions) throws {
        self.paths = paths
        self.common = common
        settings = try common.settings(readsSecrets: false)
    }

    /// What the rules may cost.
    var limits: RuleLimits { RuleLimits(settings.limits) }

    /// The files below the paths, or those of the settings.
    func files() throws -> [SourceText] {
        guard paths.isEmpty else { return try common.read(paths, orStandard: "") }
        return try common.read(settings.rules, orStandard: "Rules")
            + common.read(settings.policies, orStandard: "Policies")
    }

    /// The files below the paths, or the settings' rules without policies.
    func ruleFiles() throws -> [SourceText] {
        guard paths.isEmpty else { return try common.read(paths, orStandard: "") }
        return try common.read(settings.rules, orStandard: "Rules")
    }
}
