import Alerting
import Directory
import Evaluation
import Reporting
import RuleLanguage
import Timekeeping

/// One rule book of a backtest at work: activities and directories come in, alerts go out.
final class BacktestSide {
    /// How findings become alerts.
    private enum Joining {
        /// As the monitor does it, for facts in the order of their arrival.
        case inOrder(AlertMachine)
        /// In any order, for files.
        case inAnyOrder(EpisodeTable)
    }

    private let book: RuleBook
    private let connection: String
    private let engine: ActivityEngine
    private let endedSearches: Set<EndedSearch>
    private var joining: Joining
    private var alerts: [String: BacktestAlert] = [:]
    private var reasons: [BacktestReport.Binding: Set<String>] = [:]

    /// - Parameters:
    ///   - activeFrom: What happened before only builds the state of rules.
    ///   - coverageStart: Since when the activities are complete.
    ///   - comparesFeeds: Whether activities of two feeds come.
    ///   - endedSearches: Pattern searches that the wall clock ended when the facts were judged first.
    ///   - isInOrder: Whether activities come in the order of their arrival at a store.
    init(
        book: RuleBook, connection: String, history: DirectoryTimeline, activeFrom: Timestamp = .earliest,
        coverageStart: Timestamp? = nil, comparesFeeds: Bool, endedSearches: Set<EndedSearch> = [], isInOrder: Bool
    ) {
        self.book = book
        self.connection = connection
        var options = ActivityEngine.Options()
        options.activeFrom = { _ in activeFrom }
        options.coverageStart = coverageStart
        options.comparesFeeds = comparesFeeds
        options.endedSearches = endedSearches
        self.endedSearches = endedSearches
        engine = ActivityEngine(book: book, connection: connection, history: history, options: options)
        joining = isInOrder ? .inOrder(AlertMachine(hourLimit: book.limits.alerts)) : .inAnyOrder(EpisodeTable())
    }

    var hasOrderedRules: Bool { engine.hasOrderedRules }
    var sawTwoFeeds: Bool { engine.sawTwoFeeds }

    // MARK: Activities

    func process(_ batch: ActivityBatch) { keep(engine.process(batch)) }

    func advance(to watermark: Timestamp) {
        keep(engine.advance(to: watermark))
        guard case .inOrder(var machine) = joining else { return }
        // The copy in the enum would make every change a copy of the machine.
        joining = .inAnyOrder(EpisodeTable())
        _ = machine.advance(connection: connection, watermark: watermark)
        joining = .inOrder(machine)
    }

    /// No more activities come.
    func finish() { keep(engine.finish()) }

    private func keep(_ findings: [Finding]) {
        guard !findings.isEmpty else { return }
        switch joining {
        case .inOrder(var machine):
            joining = .inAnyOrder(EpisodeTable())
            take(machine.observe(findings))
            joining = .inOrder(machine)
        case .inAnyOrder(var table):
            joining = .inAnyOrder(EpisodeTable())
            for finding in findings { table.add(finding) }
            joining = .inAnyOrder(table)
        }
    }

    private func take(_ changes: AlertChanges) {
        for alert in changes.alerts where alert.openedAt != nil { alerts[alert.id] = BacktestAlert(alert) }
    }

    // MARK: Directories

    /// Judges one generation of the directory, as the monitor does.
    func judge(_ index: DirectoryIndex, at moment: Timestamp) {
        guard case .inOrder(var machine) = joining else { return }
        joining = .inAnyOrder(EpisodeTable())
        var pass = StatePass(book, connection: connection)
        pass.endedSearches = endedSearches
        pass.alertKeys = Set(machine.alerts.map(\.dedupKey))
        for result in pass.evaluate(index, at: moment) {
            take(machine.evaluate(result.evaluation))
            note(result.evaluation.verdict, of: result.bound)
        }
        joining = .inOrder(machine)
    }

    /// Judges the one directory of files: what violates is an alert, however long a rule asks it to last.
    func judgeOnce(_ index: DirectoryIndex, at moment: Timestamp) {
        let pass = StatePass(book, connection: connection, findingLimit: StatePass.reportLimit)
        for result in pass.evaluate(index, at: moment) {
            note(result.evaluation.verdict, of: result.bound)
            for finding in result.evaluation.findings {
                let alert = BacktestAlert(finding)
                alerts[alert.id] = alert
            }
        }
    }

    /// Notes that rules over the directory have no answer.
    func missDirectory(_ reason: String) {
        for bound in book.bindings where bound.isState && covers(bound) {
            reasons[bound.backtestBinding, default: []].insert(reason)
        }
    }

    private func note(_ verdict: Verdict, of bound: BoundRule) {
        switch verdict {
        case .pass, .fail: return
        case .unknown(let why), .error(let why): reasons[bound.backtestBinding, default: []].formUnion(why)
        }
    }

    // MARK: What came of it

    /// The alerts, those of activity rules joined as far as they come.
    func result() -> BacktestReport.Side {
        var all = alerts
        if case .inAnyOrder(let table) = joining {
            for episode in table.all() {
                let alert = BacktestAlert(episode)
                all[alert.id] = alert
            }
        }
        var unknown = reasons
        for (binding, numbers) in engine.statistics {
            let key = BacktestReport.Binding(policy: binding.policy, rule: binding.rule)
            let why = Array(numbers.causes.keys) + Array(numbers.unknownReasons.keys)
            if !why.isEmpty { unknown[key, default: []].formUnion(why) }
        }
        let bindings = book.bindings.filter { covers($0) && !$0.rule.isSignal }.map(\.backtestBinding)
        return BacktestReport.Side(
            alerts: Array(all.values), bindings: Set(bindings), unknown: unknown.mapValues { $0.sorted() })
    }

    private func covers(_ bound: BoundRule) -> Bool { book.covers(bound, connection: connection) }
}

extension BoundRule {
    var backtestBinding: BacktestReport.Binding { BacktestReport.Binding(policy: policy, rule: rule.id) }

    var isState: Bool { if case .state = body { true } else { false } }
}

extension BacktestAlert {
    /// An episode of an activity rule.
    init(_ episode: EpisodeTable.Episode) {
        var cooldown = TimeSpan.zero
        if case .activity(_, let span) = episode.last.origin { cooldown = span }
        let key = episode.first.dedupKey
        self.init(
            id: key.alertID(Episode(opening: episode.first)), policy: key.binding.policy, rule: key.binding.rule,
            key: key.key, severity: episode.severity, count: episode.count, message: episode.last.message,
            values: episode.last.evidence, activityIDs: episode.activityIDs, first: episode.first.time,
            last: episode.last.time, end: episode.last.time + cooldown)
    }

    /// A finding of a state rule.
    init(_ finding: Finding) {
        let key = finding.dedupKey
        self.init(
            id: key.alertID(Episode(opening: finding)), policy: key.binding.policy, rule: key.binding.rule,
            key: key.key, severity: finding.severity, count: finding.count, message: finding.message,
            values: finding.evidence, first: finding.time, last: finding.time,
            stands: .latest, end: .latest)
    }
}
