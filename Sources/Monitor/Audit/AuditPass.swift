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
/// findings are drawn together into episodes in any order. Windows need order of time: they close some way behind the
/// latest activity, and when one turns out to be older than that, nothing was left out but ``mustRepeat`` is set: the
/// pass only measures from then on, and the caller begins anew with a pass of the disorder that was seen. So it is
/// when activities of two feeds turn up, which are compared only where that is known beforehand.
final class AuditPass {
    private let book: RuleBook
    private let connection: String
    private let engine: ActivityEngine
    private var episodes = EpisodeTable()
    private let kindCounts = KindCounts()
    private var progress: ActivityProgress
    private var closing: WindowClosing
    private let canRepeat: Bool
    private let comparesFeeds: Bool
    private let history: DirectoryTimeline
    private let moment: Timestamp

    /// How far in the future an activity may be dated and still make windows close.
    static let futureLimit = TimeSpan.minutes(5)

    /// - Parameters:
    ///   - moment: Now.
    ///   - disorder: How much older than what came before an activity may be, where that is known; memory holds what
    ///     came within it.
    ///   - comparesFeeds: Whether activities of two feeds come.
    ///   - canRepeat: Whether the activities can be read again. What comes once is held to its end as far as there is
    ///     room, and what comes too late for windows that had to close makes rules unknown.
    init(
        book: RuleBook, connection: String, history: DirectoryTimeline, now moment: Timestamp,
        disorder: TimeSpan? = nil, comparesFeeds: Bool = false, canRepeat: Bool = true
    ) {
        self.book = book
        self.connection = connection
        closing = WindowClosing(
            disorder: disorder ?? (canRepeat ? WindowClosing.usual : WindowClosing.atEnd), isKnown: disorder != nil)
        self.canRepeat = canRepeat
        self.history = history
        self.moment = moment
        self.comparesFeeds = comparesFeeds
        progress = ActivityProgress(horizon: moment + Self.futureLimit)
        var options = ActivityEngine.Options()
        options.comparesFeeds = comparesFeeds
        engine = ActivityEngine(book: book, connection: connection, history: history, options: options)
    }

    /// A pass that can hold what this one could not.
    func repeated() -> AuditPass {
        AuditPass(
            book: book, connection: connection, history: history, now: moment, disorder: seenDisorder,
            comparesFeeds: comparesFeeds || engine.sawTwoFeeds)
    }

    /// Whether an activity came so late that a window may have been closed without it, or what it repeats was
    /// forgotten.
    var mustRepeat: Bool {
        guard canRepeat else { return false }
        return !closing.isKnown && engine.counts.late > 0 && (engine.hasOrderedRules || engine.forgotTooMuch)
            || engine.sawTwoFeeds && !comparesFeeds
    }

    /// Judges activities in any order.
    ///
    /// - Parameter batch: May be used again afterwards.
    func take(_ batch: ActivityBatch) {
        kindCounts.take(batch)
        progress.take(batch)
        guard !mustRepeat else { return }
        keep(engine.process(batch))
        keep(closing.close(engine, latest: progress.latest))
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
                    excepted: result.statistics.excepted, superUsersBy: result.evaluation.superUsersBy)
            case .activity:
                guard let known = statistics[binding] else { return nil }
                let findings = (byBinding[binding] ?? []).map(Self.finding)
                let late = bound.hasMemory && !canRepeat ? engine.counts.late : 0
                return Self.entry(
                    bound, Self.verdict(known, hasFindings: !findings.isEmpty, gap: activityGap, late: late), findings,
                    excepted: known.excepted,
                    superUsersBy: bound.readsSuperUsers ? history.superUsersBy(at: .latest) : nil)
            }
        }
    }

    private func keep(_ findings: [Finding]) {
        for finding in findings { episodes.add(finding) }
    }

    private static func verdict(
        _ statistics: RuleStatistics, hasFindings: Bool, gap: String?, late: Int
    ) -> Verdict {
        if hasFindings { return .fail }
        if statistics.errors > 0 { return .error(causes: statistics.causes.keys.sorted()) }
        if let gap { return .unknown(reasons: [gap]) }
        if statistics.evictedKeys > 0 {
            return .unknown(reasons: ["\(statistics.evictedKeys) keys were forgotten: there were too many at once"])
        }
        if statistics.passedOver > 0 {
            return .unknown(reasons: ["\(statistics.passedOver) activities did not fit into windows"])
        }
        if late > 0 {
            return .unknown(reasons: [
                "\(late) activities came more than an hour out of order; give them as files, which are read again"
            ])
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
        _ bound: BoundRule, _ verdict: Verdict, _ findings: [AuditReport.ReportedFinding],
        excepted: [String: Int] = [:], superUsersBy: String? = nil
    ) -> AuditReport.RuleResult {
        var result = AuditReport.RuleResult(
            id: bound.rule.id, title: bound.rule.title, policy: bound.policy, severity: bound.severity,
            tags: bound.rule.tags, verdict: verdict, findings: findings,
            exceptedCount: excepted.values.reduce(0, +), superUsersBy: superUsersBy)
        result.exceptions = bound.exceptions.map {
            AuditReport.ExceptionUse(
                name: $0.name, reason: $0.reason, owner: $0.owner, expires: $0.expires, hits: excepted[$0.name] ?? 0)
        }
        return result
    }
}
