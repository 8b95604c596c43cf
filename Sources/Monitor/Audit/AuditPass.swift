import Alerting
import Directory
import Evaluation
import FieldStorage
import Reporting
import RuleLanguage
import Timekeeping

/// One audit under way: activities and a directory come in, the report's rules and counts go out.
///
/// The report is the same for every order of the activities. Rules without memory answer as activities come, and their
/// findings are drawn together into episodes in any order. Windows need order of time: they close `disorder` behind the
/// latest activity, and when one turns out to be older than that, nothing was left out but ``mustRepeat`` is set: the
/// pass only measures from then on, and the caller begins anew with a pass of the `disorder` that was seen.
final class AuditPass {
    private let book: RuleBook
    private let connection: String
    private let engine: ActivityEngine
    private var episodes = EpisodeTable()
    private let kindCounts = KindCounts()
    private var progress: ActivityProgress
    /// How far windows stay behind the latest activity.
    private let disorder: TimeSpan

    /// How much older than what came before an activity usually is, at most: logs are written nearly in order.
    static let usualDisorder = TimeSpan.hours(1)
    /// Windows close only at the end.
    static let anyDisorder = TimeSpan.days(365_000)
    /// How far in the future an activity may be dated and still make windows close.
    static let futureLimit = TimeSpan.minutes(5)

    /// - Parameters:
    ///   - moment: Now.
    ///   - disorder: How much older than what came before an activity may be; memory holds what came within it.
    init(
        book: RuleBook, connection: String, history: DirectoryTimeline, now moment: Timestamp,
        disorder: TimeSpan = anyDisorder
    ) {
        self.book = book
        self.connection = connection
        self.disorder = disorder
        progress = ActivityProgress(horizon: moment + Self.futureLimit)
        engine = ActivityEngine(book: book, connection: connection, history: history)
    }

    /// Whether an activity came so late that a window may have been closed without it.
    var mustRepeat: Bool { seenDisorder > disorder && engine.hasOrderedRules }

    /// Judges activities in any order.
    ///
    /// - Parameter batch: May be used again afterwards.
    func take(_ batch: ActivityBatch) {
        kindCounts.take(batch)
        progress.take(batch)
        guard !mustRepeat else { return }
        keep(engine.process(batch))
        guard disorder != Self.anyDisorder, progress.latest > .earliest else { return }
        keep(engine.advance(to: progress.latest - disorder))
    }

    /// The first and the last moment of the activities.
    var range: (first: Timestamp, last: Timestamp)? { progress.range }
    /// How much older than what came before it an activity was, at most.
    var seenDisorder: TimeSpan { progress.seenDisorder }

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
        keep(engine.finish())
        let byBinding = Dictionary(grouping: episodes.all(), by: \.first.dedupKey.binding)
        let statistics = Dictionary(
            engine.statistics.map { ($0.binding, $0.statistics) }, uniquingKeysWith: { first, _ in first })
        let states =
            index.map {
                StatePass(book, connection: connection, findingLimit: StatePass.reportLimit).evaluate($0, at: moment)
            } ?? []
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
                    excepted: result.statistics.excepted.values.reduce(0, +),
                    superUsersBy: result.evaluation.superUsersBy)
            case .activity:
                guard let known = statistics[binding] else { return nil }
                let findings = (byBinding[binding] ?? []).map(Self.finding)
                return Self.entry(
                    bound, Self.verdict(known, hasFindings: !findings.isEmpty, gap: activityGap), findings,
                    excepted: known.excepted.values.reduce(0, +))
            }
        }
    }

    private func keep(_ findings: [Finding]) {
        for finding in findings { episodes.add(finding) }
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

    private static func finding(_ episode: EpisodeTable.Episode) -> AuditReport.ReportedFinding {
        AuditReport.ReportedFinding(
            severity: episode.severity, key: episode.last.dedupKey.key, message: episode.last.message,
            evidence: episode.last.evidence, activityIDs: episode.activityIDs, time: episode.first.time)
    }

    private static func entry(
        _ bound: BoundRule, _ verdict: Verdict, _ findings: [AuditReport.ReportedFinding], excepted: Int = 0,
        superUsersBy: String? = nil
    ) -> AuditReport.RuleResult {
        AuditReport.RuleResult(
            id: bound.rule.id, title: bound.rule.title, policy: bound.policy, severity: bound.severity,
            tags: bound.rule.tags, verdict: verdict, findings: findings, exceptedCount: excepted,
            superUsersBy: superUsersBy)
    }
}
