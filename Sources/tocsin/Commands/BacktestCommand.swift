import ArgumentParser
import Diagnostics
import Directory
import Evaluation
import Foundation
import Logging
import Monitor
import OneLogin
import Reporting
import RuleLanguage
import Settings
import Store
import Timekeeping

/// `tocsin backtest`: what the rules here would have raised, against other rules or what was raised.
struct BacktestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backtest",
        abstract: "Says which alerts the rules here would have gained, lost or changed over what is stored.",
        discussion: """
            The facts are those of the store, which is only read and may be in use, or of --input. Without --against \
            the alerts that were raised are compared; with --input and without --against every alert is gained.

            Examples:
              tocsin backtest --from 30d
              tocsin backtest --from 2026-02-01T00:00:00Z --to 2026-03-01T00:00:00Z --against ../main
              tocsin backtest --input events.ndjson --against old/Rules --rule mass-deletion-by-actor

            Exit codes: 0 no difference, 1 alerts gained, lost or changed, 2 usage, settings or rule error, 3 data is \
            missing.
            """)

    @Option(
        help: ArgumentHelp(
            "Where the range begins: a time, or a length of time before its end; 7d, with --input everything.",
            valueName: "time"))
    var from: String?

    @Option(help: ArgumentHelp("Where the range ends; now where it is left out.", valueName: "time"))
    var to: String?

    @Option(
        help: ArgumentHelp(
            "Other rules: a folder of rules, or one with `Rules` and `Policies` in it.", valueName: "folder"))
    var against: String?

    @Option(help: ArgumentHelp("The other rules' policies; may be repeated.", valueName: "folder"))
    var againstPolicies: [String] = []

    @Option(
        help: "A file or folder to judge instead of the store; - reads events from standard input; may be repeated.")
    var input: [String] = []

    @Option(help: "Only this rule; may be repeated.")
    var rule: [String] = []

    @Option(help: "The connection; the only one where none is named.")
    var connection: String?

    @Option(help: "text or json.")
    var format = OutputFormat.text

    @OptionGroup var common: CommonOptions

    func validate() throws {
        for text in [to].compactMap(\.self) where Timestamp(rfc3339: text) == nil {
            throw ValidationError("`\(text)` is no time; write it like 2026-03-03T00:00:00Z")
        }
        if let from, Timestamp(rfc3339: from) == nil, TimeSpan(from) == nil {
            throw ValidationError("`\(from)` is neither a time like 2026-03-03T00:00:00Z nor a length of time like 7d")
        }
        if !againstPolicies.isEmpty, against == nil {
            throw ValidationError("--against-policies says whose policies the rules of --against have")
        }
    }

    func run() async throws {
        let settings = try common.settings(readsSecrets: false)
        let book = try common.ruleBook(settings)
        let other = try against.map { try OtherRules(folder: $0, policies: againstPolicies).book(settings, common) }
        for id in rule where book.rule(id) == nil && other?.rule(id) == nil {
            Terminal.writeError("error: there is no rule `\(id)`\n  = help: `tocsin rules list` has the ids")
            throw Outcome.usage.exit
        }
        let report = input.isEmpty ? try await stored(settings, book, other) : try files(settings, book, other)
        switch format {
        case .text: Terminal.write(report.text(ReportTextOptions(hasColor: common.hasColor, findingLimit: 50)))
        case .json: Terminal.write(report.json)
        }
        throw ExitCode(report.exitDecision.code)
    }

    private func stored(_ settings: Settings, _ book: RuleBook, _ other: RuleBook?) async throws -> BacktestReport {
        let chosen = settings.connections.filter { connection == nil || $0.name == connection }
        guard let one = chosen.first, chosen.count == 1 else {
            let names = settings.connections.map { "`\($0.name)`" }.joined(separator: ", ")
            let known = names.isEmpty ? "the settings have none; give files with --input" : "the settings have \(names)"
            Terminal.writeError("error: name one connection with --connection: \(known)")
            throw Outcome.usage.exit
        }
        let store = try settings.openStore(.readOnly)
        let clock = SystemClock()
        let assembly = Assembly(settings, clock: clock, logger: common.logger(settings, label: "backtest"))
        let backtest = StoreBacktest(
            store: store, connection: one.name, superUsers: Assembly.superUsers(one.superUsers),
            enricher: try assembly.enricher())
        let now = clock.now()
        let baseline: StoreBacktest.Baseline =
            if let other, let against { .rules(other, path: against) } else { .raised }
        do {
            return try await backtest.run(
                book: book, against: baseline, range: try range(now: now, standard: .days(7)), now: now,
                toolVersion: ToolVersion.text, wanted: isWanted)
        } catch StoreBacktest.Refusal.noFacts(let name) {
            Terminal.writeError(
                "error: the store has no activities of `\(name)`\n  = help: run `tocsin monitor` first, or give --input"
            )
            throw Outcome.usage.exit
        }
    }

    private func files(_ settings: Settings, _ book: RuleBook, _ other: RuleBook?) throws -> BacktestReport {
        let clock = SystemClock()
        let assembly = Assembly(settings, clock: clock, logger: common.logger(settings, label: "backtest"))
        let superUsers = settings.connections.first { connection == nil || $0.name == connection }?.superUsers
        let moment = to.flatMap { Timestamp(rfc3339: $0) } ?? clock.now()
        do {
            return try FileBacktest(
                superUsers: Assembly.superUsers(superUsers ?? SuperUserSettings()), enricher: try assembly.enricher()
            ).run(
                try InputFiles(input), book: book,
                against: other.flatMap { other in against.map { (other, $0) } },
                range: try range(now: clock.now(), standard: nil), now: moment, connection: connection ?? "files",
                toolVersion: ToolVersion.text, wanted: isWanted)
        } catch let failure as InputFailure {
            Terminal.writeError("error: \(failure)")
            throw Outcome.usage.exit
        }
    }

    private var isWanted: @Sendable (BacktestReport.Binding) -> Bool {
        let ids = Set(rule)
        return { ids.isEmpty || ids.contains($0.rule) }
    }

    /// The range that was asked for.
    ///
    /// - Parameter standard: How long it is where nothing says it; nil: everything there is.
    private func range(now: Timestamp, standard: TimeSpan?) throws -> BacktestRange {
        let end = to.flatMap { Timestamp(rfc3339: $0) } ?? now
        let last = to == nil && standard == nil ? Timestamp.latest : end
        let first: Timestamp =
            if let moment = from.flatMap({ Timestamp(rfc3339: $0) }) {
                moment
            } else if let span = from.flatMap({ TimeSpan($0) }) ?? standard {
                end - span
            } else {
                .earliest
            }
        guard first <= last else {
            Terminal.writeError("error: the range ends before it begins")
            throw Outcome.usage.exit
        }
        return BacktestRange(from: first, to: last)
    }
}

/// The rules that --against names.
struct OtherRules {
    let folder: String
    let policies: [String]

    /// The other book: with the policies named, else those beside its rules, else those of the settings.
    ///
    /// Where the policies are those of the settings, what they say of rules that the other folder does not have is
    /// passed over: such a rule is new.
    func book(_ settings: Settings, _ common: CommonOptions) throws -> RuleBook {
        let isTree = Self.isFolder(folder + "/Rules")
        let rules = isTree ? folder + "/Rules" : folder
        let own = policies.isEmpty && isTree && Self.isFolder(folder + "/Policies") ? [folder + "/Policies"] : policies
        let files =
            try common.read([rules], orStandard: "")
            + (own.isEmpty ? common.read(settings.policies, orStandard: "Policies") : common.read(own, orStandard: ""))
        let loaded = RuleBookLoader(schema: IdentitySchema.schema, limits: RuleLimits(settings.limits)).load(
            files: files)
        let passedOver = own.isEmpty ? RuleDiagnosticCode.unknownRule.rawValue : ""
        let serious = loaded.diagnostics.filter { $0.diagnostic.level == .error && $0.diagnostic.code != passedOver }
        guard serious.isEmpty else {
            common.report(serious)
            Terminal.writeError(
                "error: the rules of `\(folder)` cannot be used\n  = help: --against-policies names theirs")
            throw Outcome.usage.exit
        }
        let missing = loaded.diagnostics.count { $0.diagnostic.code == passedOver && $0.diagnostic.level == .error }
        if missing > 0 {
            Terminal.writeError("note: \(missing) rules that the policies name are not in `\(folder)`")
        }
        return loaded.book
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
}
