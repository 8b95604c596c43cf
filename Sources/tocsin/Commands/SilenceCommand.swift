import Alerting
import ArgumentParser
import Delivery
import Monitor
import Reporting
import RuleLanguage
import Settings
import Store
import Timekeeping

/// `tocsin alerts silence`: for a while nobody is told of some alerts.
struct SilenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "silence",
        abstract: "Holds back the notices of some alerts for a while; the alerts themselves go on.",
        subcommands: [SilenceAddCommand.self, SilenceListCommand.self, SilenceEndCommand.self])

    static func show(_ silence: Silence, at moment: Timestamp, _ format: OutputFormat) throws {
        guard format == .text else { return Terminal.write(try Terminal.json(silence)) }
        let state = silence.holds(at: moment) ? "holds" : silence.until <= moment ? "over" : "to come"
        let end = silence.end.map { ", ended by \($0.by)" } ?? ""
        Terminal.write(
            """
            \(silence.id)  \(pad(state, 7))  \(silence.from.rfc3339) to \(silence.until.rfc3339)\(Visible.text(end))
              \(Visible.text(words(silence.scope)))
              \(Visible.text("\(silence.by): \(silence.comment)"))
            """)
    }

    static func words(_ scope: Silence.Scope) -> String {
        var words: [String] = []
        if let rule = scope.rule { words.append("rule \(rule)") }
        if scope.keyID != nil { words.append("key [\(scope.key.map(\.plainText).joined(separator: ", "))]") }
        if let policy = scope.policy { words.append("policy \(policy)") }
        if let connection = scope.connection { words.append("connection \(connection)") }
        if let limit = scope.severityLimit { words.append("not worse than \(limit.rawValue)") }
        return words.joined(separator: ", ")
    }
}

/// `tocsin alerts silence add`.
struct SilenceAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Begins a silence, and shows which live alerts it covers.",
        discussion: """
            What is still open when the silence is over is told then; what came and went in it is not told at all.

            Examples:
              tocsin alerts silence add --alert al_... --for 4h --comment "joiner import, ticket 812"
              tocsin alerts silence add --rule mass-group-change --connection acme --until 2026-03-03T06:00:00Z \\
                --up-to high --comment "migration of the sales groups" --dry-run
            """)

    @Option(help: "The key of this alert: it and those of the same rule and key that follow.")
    var alert: String?

    @Option(help: "Alerts of this rule.")
    var rule: String?

    @Option(help: "Alerts of this policy.")
    var policy: String?

    @Option(help: "Alerts of this connection.")
    var connection: String?

    @Option(help: ArgumentHelp("Worse alerts than this severity are told all the same.", valueName: "severity"))
    var upTo: Severity?

    @Option(name: .customLong("for"), help: ArgumentHelp("How long, such as 4h.", valueName: "span"))
    var length: String?

    @Option(help: ArgumentHelp("When it is over.", valueName: "time"))
    var until: String?

    @Option(help: ArgumentHelp("When it begins; now where it is left out.", valueName: "time"))
    var from: String?

    @Option(help: "Why.")
    var comment: String

    @Flag(help: "Only show which live alerts it would cover.")
    var dryRun = false

    @Option(help: "text or json.")
    var format = OutputFormat.text

    @OptionGroup var common: CommonOptions

    func validate() throws {
        for (name, text) in [("--from", from), ("--until", until)] {
            if let text, Timestamp(rfc3339: text) == nil {
                throw ValidationError("\(name) `\(text)` is no time; write it like 2026-03-03T00:00:00Z")
            }
        }
        if let length, TimeSpan(length).map({ $0 <= .zero }) ?? true {
            throw ValidationError("--for `\(length)` is no length of time; write it like 30m, 4h or 2d")
        }
        guard (length == nil) != (until == nil) else {
            throw ValidationError("give either --for or --until: every silence ends by itself")
        }
        if alert != nil, rule != nil || policy != nil || connection != nil {
            throw ValidationError("--alert says the rule, the policy and the connection")
        }
        guard alert != nil || rule != nil || policy != nil || connection != nil else {
            throw ValidationError("say which alerts, with --alert, --rule, --policy or --connection")
        }
        guard !comment.allSatisfy(\.isWhitespace), comment.utf8.count <= 1000 else {
            throw ValidationError("--comment needs 1 to 1000 bytes that say why")
        }
    }

    func run() async throws {
        let settings = try common.settings(readsSecrets: false)
        let store = try settings.openStore(.beside)
        let now = SystemClock().now()
        let silence = try await silence(settings, store, at: now)
        let covered = try await live(silence.scope, in: store)
        if !dryRun { try await store.keep(silence) }
        try SilenceCommand.show(silence, at: now, format)
        if format == .text {
            let verb = dryRun ? "would cover" : "covers"
            Terminal.write("it \(verb) \(covered.count) live alert\(covered.count == 1 ? "" : "s")")
            for alert in covered.prefix(10) {
                Terminal.write(
                    "  \(alert.id)  \(alert.severity.rawValue)  \(alert.binding.rule): \(Visible.text(alert.message))")
            }
            if covered.count > 10 { Terminal.write("  and \(covered.count - 10) more") }
        }
        try store.close()
    }

    private func silence(
        _ settings: Settings, _ store: SQLiteStore, at now: Timestamp
    ) async throws -> Silence {
        var scope = Silence.Scope(connection: connection, policy: policy, rule: rule, severityLimit: upTo)
        if let alert {
            guard let found = try await store.alert(id: alert) else {
                Terminal.writeError("error: there is no alert `\(alert)`\n  = help: `tocsin alerts list` has the ids")
                throw Outcome.usage.exit
            }
            scope = Silence.Scope(found.dedupKey, severityLimit: upTo)
        } else {
            try check(scope, settings)
        }
        let from = self.from.flatMap { Timestamp(rfc3339: $0) } ?? now
        let end = until.flatMap { Timestamp(rfc3339: $0) } ?? from + (length.flatMap { TimeSpan($0) } ?? .zero)
        guard end > now,
            let silence = Silence(scope, from: from, until: end, by: ActionChoice.requester, comment: comment)
        else {
            Terminal.writeError(
                "error: a silence from \(from.rfc3339) to \(end.rfc3339) cannot be\n"
                    + "  = help: it must end after now and after it begins, within \(Silence.longest.shortText)")
            throw Outcome.usage.exit
        }
        return silence
    }

    /// Refuses what can never cover anything, as a mistyped name.
    private func check(_ scope: Silence.Scope, _ settings: Settings) throws {
        if let connection = scope.connection { _ = try settings.connections(named: connection) }
        guard scope.rule != nil || scope.policy != nil else { return }
        let book = try common.ruleBook(settings)
        let pairs =
            book.bindings.map { ($0.policy, $0.rule.id) } + OwnRule.allCases.map { (OwnRule.policy, $0.rawValue) }
        let found = pairs.contains { policy, rule in
            (scope.policy.map { $0 == policy } ?? true) && (scope.rule.map { $0 == rule } ?? true)
        }
        guard !found else { return }
        let wanted = [scope.rule.map { "rule `\($0)`" }, scope.policy.map { "policy `\($0)`" }]
        Terminal.writeError(
            "error: nothing is bound as \(wanted.compactMap { $0 }.joined(separator: " by "))\n"
                + "  = help: `tocsin rules list` has the rules and the policies that bind them")
        throw Outcome.usage.exit
    }

    private func live(_ scope: Silence.Scope, in store: SQLiteStore) async throws -> [Alert] {
        let query = AlertQuery(
            statuses: [.pending, .open], connection: scope.connection, rule: scope.rule, policy: scope.policy,
            limit: .max)
        return try await store.alerts(query).filter { alert in
            (scope.keyID.map { $0 == alert.dedupKey.keyID } ?? true)
                && (scope.severityLimit.map { alert.severity <= $0 } ?? true)
        }
    }
}

/// `tocsin alerts silence list`.
struct SilenceListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists silences that hold or are to come, the last to end first.")

    @Flag(help: "Those that are over, too.")
    var all = false

    @Option(help: "text or json (one line a silence).")
    var format = OutputFormat.text

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let store = try common.settings(readsSecrets: false).openStore(.readOnly)
        let now = SystemClock().now()
        let silences = try await store.silences(endingAfter: all ? .earliest : now)
        for silence in silences { try SilenceCommand.show(silence, at: now, format) }
        if format == .text { Terminal.writeError("\(silences.count) silence\(silences.count == 1 ? "" : "s")") }
    }
}

/// `tocsin alerts silence end`.
struct SilenceEndCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "end", abstract: "Ends a silence now; what is still open is told.")

    @Argument(help: "The silence's id, such as sl_...")
    var id: String

    @Option(help: "text or json.")
    var format = OutputFormat.text

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let store = try common.settings(readsSecrets: false).openStore(.beside)
        let now = SystemClock().now()
        guard let silence = try await store.silence(id: id) else {
            Terminal.writeError(
                "error: there is no silence `\(id)`\n  = help: `tocsin alerts silence list --all` has the ids")
            throw Outcome.usage.exit
        }
        let ended = silence.ended(by: ActionChoice.requester, at: now)
        if let ended { try await store.keep(ended) }
        try SilenceCommand.show(ended ?? silence, at: now, format)
        try store.close()
    }
}
