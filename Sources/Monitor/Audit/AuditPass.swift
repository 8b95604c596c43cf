import Alerting
import Directory
import Evaluation
import FieldStorage
import Reporting
import RuleLanguage
import Timekeeping

/// One audit under way: activities and a directory come in, the report's rules and counts go out.
///
/// Nothing is stored; findings of one episode are drawn together by the same machine that keeps alerts.
final class AuditPass {
    private let book: RuleBook
    private let connection: String
    private let engine: ActivityEngine
    private var machine = AlertMachine()
    private var found: [String: Alert] = [:]
    private let kindCounts = KindCounts()
    private var progress: ActivityProgress

    /// How much older than what came before an activity of one file may be.
    static let disorder = TimeSpan.hours(1)

    /// - Parameter holdsAll: Whether activities come in any order, so that windows wait for the last of them. Else
    ///   windows close as the activities go on, and memory does not grow with them.
    init(book: RuleBook, connection: String, history: DirectoryTimeline, holdsAll: Bool = true) {
        self.book = book
        self.connection = connection
        progress = ActivityProgress(holdsAll: holdsAll)
        engine = ActivityEngine(book: book, connection: connection, history: history)
    }

    /// Judges activities in any order.
    ///
    /// - Parameter batch: May be used again afterwards.
    func take(_ batch: ActivityBatch) {
        kindCounts.take(batch)
        let edge = progress.take(batch, isFirst: engine.watermark == .earliest)
        keep(machine.observe(engine.process(batch)))
        if let edge { keep(machine.observe(engine.advance(to: edge))) }
    }

    /// The first and the last moment of the activities.
    var range: (first: Timestamp, last: Timestamp)? { progress.range }

    /// Activities that came too late for windows; rules without memory saw them.
    var lateCount: Int { engine.counts.late }

    /// How often each kind came, most frequent first.
    var kinds: [AuditReport.KindCount] {
        kindCounts.byName.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { kind, count in
            AuditReport.KindCount(kind: kind, meaning: ActivityKind.named(kind)?.meaning ?? "", count: count)
        }
    }

    /// What the rules say when all activities are there.
    ///
    /// - Parameters:
    ///   - index: nil: no directory is known, and rules over it are unknown for the reason given.
    ///   - activityGap: Why there are no activities; rules over them are unknown then.
    func finish(
        index: DirectoryIndex?, at moment: Timestamp, directoryGap: String, activityGap: String?
    ) -> [AuditReport.RuleResult] {
        keep(machine.observe(engine.finish()))
        let byBinding = Dictionary(grouping: found.values, by: \.binding)
        let statistics = Dictionary(
            engine.statistics.map { ($0.binding, $0.statistics) }, uniquingKeysWith: { first, _ in first })
        let states = index.map { StatePass(book, connection: connection).evaluate($0, at: moment) } ?? []
        let stateResults = Dictionary(
            states.map { ($0.evaluation.binding, $0) }, uniquingKeysWith: { first, _ in first })
        return book.bindings.compactMap { bound in
            guard !bound.rule.isSignal else { return nil }
            let binding = RuleBinding(connection: connection, policy: bound.policy, rule: bound.rule.id)
            switch bound.body {
            case .state:
                guard let result = stateResults[binding] else {
                    return Self.entry(bound, .unknown(reasons: [directoryGap]), [])
                }
                return Self.entry(
                    bound, result.evaluation.verdict, result.evaluation.findings.map(AuditReport.ReportedFinding.init),
                    excepted: result.statistics.excepted.values.reduce(0, +))
            case .activity:
                guard let known = statistics[binding] else { return nil }
                let findings = (byBinding[binding] ?? []).map(Self.finding)
                return Self.entry(
                    bound, Self.verdict(known, hasFindings: !findings.isEmpty, gap: activityGap), findings,
                    excepted: known.excepted.values.reduce(0, +))
            }
        }
    }

    private func keep(_ changes: AlertChanges) {
        for alert in changes.alerts { found[alert.id] = alert }
    }

    private static func verdict(_ statistics: RuleStatistics, hasFindings: Bool, gap: String?) -> Verdict {
        if hasFindings { return .fail }
        if statistics.errors > 0 { return .error(causes: statistics.causes.keys.sorted()) }
        if let gap { return .unknown(reasons: [gap]) }
        if statistics.evictedKeys > 0 {
            return .unknown(reasons: ["\(statistics.evictedKeys) keys were forgotten: there were too many at once"])
        }
        if statistics.unknowns > 0 { return .unknown(reasons: statistics.unknownReasons.keys.sorted()) }
        return .pass
    }

    private static func finding(_ alert: Alert) -> AuditReport.ReportedFinding {
        AuditReport.ReportedFinding(
            severity: alert.peakSeverity, key: alert.dedupKey.key, message: alert.message, evidence: alert.evidence,
            activityIDs: alert.activityIDs, time: alert.firstSeenAt)
    }

    private static func entry(
        _ bound: BoundRule, _ verdict: Verdict, _ findings: [AuditReport.ReportedFinding], excepted: Int = 0
    ) -> AuditReport.RuleResult {
        AuditReport.RuleResult(
            id: bound.rule.id, title: bound.rule.title, policy: bound.policy, severity: bound.severity,
            tags: bound.rule.tags, verdict: verdict, findings: findings, exceptedCount: excepted)
    }
}
