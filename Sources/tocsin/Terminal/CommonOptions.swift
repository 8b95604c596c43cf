import ArgumentParser
import Diagnostics
import Evaluation
import Logging
import Monitor
import RuleLanguage
import Settings

/// Where settings come from, and how output looks; taken by most commands.
struct CommonOptions: ParsableArguments {
    @Option(
        name: [.customLong("config"), .customLong("settings"), .customShort("c")],
        help: "The settings file; tocsin.yaml where there is one.")
    var config: String?

    @Option(help: ArgumentHelp("A folder or file of rules, instead of the settings'; may be given again."))
    var rules: [String] = []

    @Option(help: ArgumentHelp("A folder or file of policies, instead of the settings'; may be given again."))
    var policies: [String] = []

    @Flag(help: "No colours; NO_COLOR in the environment says the same.")
    var noColor = false

    /// Settings from file and environment; every diagnostic goes to standard error.
    ///
    /// - Throws: `ExitCode` 2 when they cannot be used.
    func settings(readsSecrets: Bool) throws -> Settings {
        let environment = SettingsInput.processEnvironment()
        let result = SettingsLoader.load(
            path: config,
            SettingsInput(file: nil, environment: environment, readsSecrets: readsSecrets))
        report(result.diagnostics)
        guard var settings = result.settings else { throw Outcome.usage.exit }
        if !rules.isEmpty { settings.rules = rules }
        if !policies.isEmpty { settings.policies = policies }
        return settings
    }

    /// The rules and policies of the settings, checked.
    ///
    /// - Throws: `ExitCode` 2 when a file is wrong: what runs unattended must not run on half a rule book.
    func ruleBook(_ settings: Settings) throws -> RuleBook {
        let files = try read(settings.rules, orStandard: "Rules") + read(settings.policies, orStandard: "Policies")
        let loaded = RuleBookLoader(schema: IdentitySchema.schema, limits: RuleLimits(settings.limits)).load(
            files: files)
        report(loaded.diagnostics)
        guard !loaded.diagnostics.contains(where: { $0.diagnostic.level == .error }) else {
            throw Outcome.usage.exit
        }
        return loaded.book
    }

    /// Reads folders; the standard one may be missing.
    func read(_ paths: [String], orStandard standard: String) throws -> [SourceText] {
        do {
            return try RuleFolders(paths).read()
        } catch {
            if paths == [standard] {
                Terminal.writeError(
                    "note: there is no folder `\(standard)` here; name one with --\(standard.lowercased())")
                return []
            }
            Terminal.writeError("error: `\(error.path)`: \(error.reason)")
            throw Outcome.usage.exit
        }
    }

    /// Writes diagnostics to standard error, for people.
    func report(_ diagnostics: [SourcedDiagnostic]) {
        guard !diagnostics.isEmpty else { return }
        Terminal.writeError(DiagnosticReport(diagnostics).rendered(as: .text))
    }

    /// Whether output for a terminal may have colours.
    var hasColor: Bool {
        let environment = SettingsInput.processEnvironment()
        return !noColor && Terminal.isInteractive && environment["NO_COLOR", default: ""].isEmpty
            && environment["TERM"] != "dumb"
    }

    /// A logger to standard error.
    func logger(_ settings: Settings, label: String) -> Logger {
        var logger = Logger(label: label) { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = Logger.Level(rawValue: settings.log.level.rawValue) ?? .info
        return logger
    }
}

extension Outcome {
    /// Ends the command with this code.
    var exit: ExitCode { ExitCode(rawValue) }
}
