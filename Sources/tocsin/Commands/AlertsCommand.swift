public import Alerting
public import ArgumentParser
import Delivery
import Evaluation
import Logging
import Monitor
import Reporting
import Settings
import Store
import Timekeeping

/// `tocsin alerts`: what the store holds.
struct AlertsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts", abstract: "Lists and shows the alerts in the store, and silences some.",
        subcommands: [AlertsListCommand.self, AlertsShowCommand.self, SilenceCommand.self])
}

/// `tocsin alerts list`.
struct AlertsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists alerts, the last seen first.")

    @Option(help: "pending, open or resolved; may be repeated.")
    var status: [Alert.Status] = []

    @Option(help: "Only alerts of this rule.")
    var rule: String?

    @Option(help: "Only alerts of this severity or worse.")
    var severity = Severity.informational

    @Option(help: "At most so many.")
    var limit = 100

    @Option(help: "text or json (one line an alert).")
    var format = OutputFormat.text

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let store = try common.settings(readsSecrets: false).openStore(.readOnly)
        let alerts = try await store.alerts(
            AlertQuery(statuses: Set(status), rule: rule, minimumSeverity: severity, limit: max(1, limit)))
        let silenced = format == .text ? try await store.silencedAlerts(at: SystemClock().now()) : []
        for alert in alerts {
            switch format {
            case .json: Terminal.write(try Terminal.json(alert))
            case .text:
                Terminal.write(
                    """
                    \(alert.id)  \(pad(alert.status.rawValue, 8))  \(pad(alert.severity.rawValue, 13))  \
                    \(alert.lastSeenAt.rfc3339)  \(silenced.contains(alert.id) ? "silenced  " : "")\
                    \(alert.binding.rule): \(Visible.text(alert.message))
                    """)
            }
        }
        if format == .text { Terminal.writeError("\(alerts.count) alerts") }
    }
}

/// `tocsin alerts show`.
struct AlertsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows one alert: its evidence, its life, and who was told.")

    @Argument(help: "The alert's id, such as al_...")
    var id: String

    @Flag(help: "Judge the stored facts again and say which conditions held, with which values.")
    var why = false

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let settings = try common.settings(readsSecrets: false)
        let store = try settings.openStore(.readOnly)
        guard let alert = try await store.alert(id: id) else {
            Terminal.writeError("error: there is no alert `\(id)`\n  = help: `tocsin alerts list` has the ids")
            throw Outcome.usage.exit
        }
        Terminal.write(
            """
            \(alert.title)
              \(Visible.text(alert.message))
              rule \(alert.binding.rule), policy \(alert.binding.policy), connection \(alert.binding.connection)
              \(alert.severity.rawValue), \(alert.status.rawValue), \(alert.findingCount) findings from \
            \(alert.firstSeenAt.rfc3339) to \(alert.lastSeenAt.rfc3339)
            """)
        for evidence in alert.evidence {
            Terminal.write("  \(evidence.name) = \(Visible.text(evidence.value.plainText))")
        }
        for activity in alert.activityIDs.prefix(20) { Terminal.write("  activity \(activity)") }
        if why {
            Terminal.write("why")
            for line in try await reasons(for: alert, settings, in: store) { Terminal.write("  " + line) }
        }
        Terminal.write("life")
        for transition in try await store.transitions(alertID: id) {
            Terminal.write("  \(transition.at.rfc3339)  \(transition.kind.rawValue)")
        }
        Terminal.write("told")
        for delivery in try await store.deliveries(alertID: id) {
            Terminal.write(
                "  \(delivery.notice.receiver)  \(delivery.notice.transition.kind.rawValue)  \(delivery.state.rawValue)"
            )
            for attempt in delivery.attempts { Terminal.write("    \(attempt.at.rfc3339)  \(attempt.outcome)") }
        }
        let now = SystemClock().now()
        for silence in try await store.silences(ofAlert: id) { try SilenceCommand.show(silence, at: now, .text) }
    }
}

extension AlertsShowCommand {
    /// The explanation of the rule at the alert's last finding, a line each.
    private func reasons(
        for alert: Alert, _ settings: Settings, in store: SQLiteStore
    ) async throws -> [String] {
        let book = try common.ruleBook(settings)
        let connection = settings.connections.first { $0.name == alert.binding.connection }
        let request = Explaining.Request(
            rule: alert.binding.rule, policy: alert.binding.policy,
            key: RuleExplanation.keyTexts(of: alert.dedupKey.key), at: alert.lastSeenAt)
        let assembly = Assembly(settings, clock: SystemClock(), logger: common.logger(settings, label: "alerts"))
        let explaining = Explaining(
            book: book, superUsers: Assembly.superUsers(connection?.superUsers ?? SuperUserSettings()),
            enricher: try assembly.enricher())
        do {
            let explanation = try await explaining.explain(
                request, over: store, connection: alert.binding.connection)
            return RulesExplainCommand.lines(explanation)
        } catch let refusal as Explaining.Refusal {
            return [RulesExplainCommand.words(refusal, book)]
        }
    }
}

extension Alert.Status: ExpressibleByArgument {}
extension Severity: ExpressibleByArgument {}
