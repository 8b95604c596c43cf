public import Alerting
public import Directory
import Evaluation
public import RuleLanguage
public import Timekeeping

/// Judges the stored facts of one connection and keeps its alerts.
///
/// Its state is a shortcut: it is rebuilt from the stored activities up to the stored progress, so an end at any
/// moment loses nothing, and what is evaluated again gives the alerts that are there already (laws 1 and 2).
public actor ConnectionWatch {
    /// What one evaluation did.
    public struct Report: Sendable {
        /// Activities that were evaluated.
        public var activities = 0
        /// Those of them that told again of an act under another type number, or of what the other feed told of.
        public var echoes = 0
        public var twins = 0
        public var transitions: [Transition] = []
        /// Keys that rules with memory remember, and the bytes that their memory takes.
        public var liveKeys = 0
        public var stateBytes = 0
        /// Actions that wait for approval since this evaluation.
        public var proposals = 0
        /// People of alerts for whom nothing was proposed, since there were too many.
        public var proposalsLeftOut = 0
        /// How it came to stand where it ended, when the process has just begun.
        public var resumption: Resumption?
        /// Why what the engine remembers could not be saved, when that is new.
        public var unsaved: String?
        /// What each bound state rule said, when the directory was new.
        public var verdicts: [RuleBinding: Verdict] = [:]
        /// Since this process began: evaluations without a value though the data was there, and findings that an
        /// exception held back, by rule; those without are left out.
        public var errors: [RuleBinding: Int] = [:]
        public var excepted: [RuleBinding: Int] = [:]
    }

    /// How an engine came to stand where one before it ended.
    public struct Resumption: Hashable, Sendable {
        /// Stored activities that were read for it.
        public var activities = 0
        /// Why a state that was saved was of no use; nil when it was used, or there was none.
        public var refusal: String?
    }

    /// What is running, once there are facts to run on.
    struct Running {
        var engine: ActivityEngine
        var machine: AlertMachine
        var progress: EngineProgress
        /// Whether there are two feeds.
        let comparesFeeds: Bool
        /// The generation up to which the engine knows the directory, and since when.
        var followed: Int64?
        var known: Timestamp
        /// How many activities the engine read since its state was saved.
        var unsaved: Int
        var health: RuleHealth
        var use = RuleUse()
    }

    /// Activities that are read from the store at once.
    static let chunk = 1000
    var chunk: Int { min(Self.chunk, waitingLimit) }
    /// How far an activity dated in the future may push the watermark past now.
    static let futureLimit = TimeSpan.minutes(5)

    public nonisolated let connection: String
    let book: RuleBook
    let facts: any FactStore
    let alerts: any AlertStore
    private let routing: NoticeRouting
    let superUsers: [SuperUserResolver]
    private let lateness: TimeSpan
    let missing: Set<ActivityField>
    private let proposer: ActionProposer?
    private let clock: any WallClock
    private let savesAfter: Int
    /// When so many wait for the watermark, those before which nothing is to come are evaluated.
    let waitingLimit: Int
    private var running: Running?
    /// Why the state of the engine is not saved, when it cannot be.
    private var savingFault: StateFault?

    /// - Parameters:
    ///   - enricher: What activities are enriched with before they are stored.
    ///   - proposer: Writes down what policies want done; nil where nothing may be done.
    ///   - savesAfter: After how many activities at least what the engine remembers is saved.
    ///   - waitingLimit: About how many activities wait for the watermark when many came at once.
    public init(
        connection: String, book: RuleBook, facts: any FactStore, alerts: any AlertStore, routing: NoticeRouting,
        superUsers: [SuperUserResolver], lateness: TimeSpan, enricher: (any ActivityEnricher)? = nil,
        proposer: ActionProposer? = nil, clock: any WallClock, savesAfter: Int = 20_000,
        waitingLimit: Int = 20_000
    ) {
        self.savesAfter = savesAfter
        self.waitingLimit = waitingLimit
        missing = enricher.missing
        self.connection = connection
        self.book = book
        self.facts = facts
        self.alerts = alerts
        self.routing = routing
        self.superUsers = superUsers
        self.lateness = lateness
        self.proposer = proposer
        self.clock = clock
    }

    /// Evaluates what is new since the last time and keeps what it gives, in one transaction.
    ///
    /// - Parameter state: How the connection is doing, for an alert when it does badly; nil to leave that alone.
    public func evaluate(state: ConnectionState? = nil) async throws -> Report {
        var report = Report()
        guard let cursor = try await facts.cursor(connection: connection, source: .api) else { return report }
        let hasWebhook = try await facts.cursor(connection: connection, source: .webhook) != nil
        var running: Running
        let isFirst = self.running == nil
        if let known = self.running, known.comparesFeeds == hasWebhook {
            running = known
        } else {
            (running, report.resumption) = try await resume(cursor, comparesFeeds: hasWebhook)
        }
        let generation = try await facts.currentGeneration(connection: connection)
        let isNewDirectory = generation.map { $0 != running.progress.generation } ?? false
        // A directory may be large, so it is read only to be judged.
        let isJudged = isNewDirectory || running.progress.ruleBookDigest != book.digest
        let snapshot = isJudged ? try await facts.currentSnapshot(connection: connection) : nil
        if isNewDirectory, generation != running.followed {
            running.known = Self.reach(running.progress.watermark)
            running.engine.follow(try await timeline(since: running.known))
            running.followed = generation
        }

        // What is thrown on the way leaves an engine that went on without its alerts: the next time begins anew.
        self.running = nil
        let keptSearches = running.progress.endedSearches
        var changes = AlertChanges()
        let before = running.engine.counts
        let watermark = min(cursor.completeUntil, clock.now() + Self.futureLimit) - lateness
        report.activities = try await observeNew(&running, &changes, upTo: watermark)
        report.echoes = running.engine.counts.echoes - before.echoes
        report.twins = running.engine.counts.twins - before.twins
        settle(&running, &changes, at: watermark)
        if let snapshot {
            let resolvers = try await superUsers.reading(facts, connection: connection)
            let index = DirectoryIndex(snapshot, superUsers: resolvers)
            var pass = StatePass(book, connection: connection)
            pass.endedSearches = running.progress.endedSearches
            pass.alertKeys = Set(running.machine.alerts.map(\.dedupKey))
            for result in pass.evaluate(index, at: snapshot.observedAt) {
                running.progress.endedSearches.formUnion(result.endedSearches)
                changes.append(running.machine.evaluate(result.evaluation))
                running.use.note(result.statistics, of: result.evaluation.binding)
                report.verdicts[result.evaluation.binding] = result.evaluation.verdict
            }
            running.progress.generation = snapshot.generation
        }
        retireUnbound(&running, &changes)
        if let health = state.flatMap({ ConnectionHealth(connection: connection, state: $0).evaluation }) {
            changes.append(running.machine.evaluate(health))
        }
        noteRules(&running, &report, &changes)
        running.progress.endedSearches.formUnion(running.engine.endedSearches)
        running.progress.ruleBookDigest = book.digest
        var progress = running.progress
        progress.endedSearches.subtract(keptSearches)
        try await alerts.apply(
            changes, notices: routing.notices(for: changes.transitions), progress: progress, at: clock.now())
        self.running = running
        report.unsaved = try await saveStateIfDue()
        // After a start also the alerts of before, whose proposals an end may have cut off.
        try await propose(for: isFirst ? running.machine.alerts : changes.transitions.map(\.alert), &report)
        report.transitions = changes.transitions
        report.liveKeys = running.engine.liveKeys
        report.stateBytes = running.engine.stateBytes
        return report
    }

    private func propose(for alerts: [Alert], _ report: inout Report) async throws {
        guard let proposed = try await proposer?.propose(for: alerts, at: clock.now()) else { return }
        report.proposals = proposed.new
        report.proposalsLeftOut = proposed.leftOut
    }

    /// Saves the state when a start would have much to read again; a large one less often, since that takes longer.
    private func saveStateIfDue() async throws -> String? {
        guard let running, running.unsaved >= max(savesAfter, running.engine.stateBytes / 512) else { return nil }
        return try await saveState()
    }

    /// Saves what the engine remembers, so that the next start needs not read all that it looks back on.
    ///
    /// - Returns: Why that cannot be done, the first time; a start replays then.
    @discardableResult
    public func saveState() async throws -> String? {
        guard let running, running.unsaved > 0, savingFault == nil else { return nil }
        let body: [UInt8]
        do throws(StateFault) {
            body = try running.engine.savedState()
        } catch {
            savingFault = error
            return String(describing: error)
        }
        try await keep(body, at: running.progress.position)
        self.running?.unsaved = 0
        return nil
    }

    private func observeNew(
        _ running: inout Running, _ changes: inout AlertChanges, upTo watermark: Timestamp
    ) async throws -> Int {
        var count = 0
        var full = waitingLimit
        while true {
            let new = try await facts.activities(
                connection: connection, after: running.progress.position, limit: chunk)
            guard let last = new.positions.last else { return count }
            new.batch.markUnknown(missing)
            try await reachBack(running.engine, &running.known, to: new.batch)
            changes.append(running.machine.observe(running.engine.process(new.batch)))
            running.progress.position = last
            running.unsaved += new.positions.count
            count += new.positions.count
            guard running.engine.counts.pending > full else { continue }
            settle(&running, &changes, at: try await reachable(by: running.engine, after: last, upTo: watermark))
            full = running.engine.counts.pending + waitingLimit
        }
    }

    /// Evaluates rules with memory for everything before a watermark, and lets alerts end.
    private func settle(_ running: inout Running, _ changes: inout AlertChanges, at watermark: Timestamp) {
        guard watermark > running.progress.watermark else { return }
        changes.append(running.machine.observe(running.engine.advance(to: watermark)))
        changes.append(running.machine.advance(connection: connection, watermark: watermark))
        running.progress.watermark = watermark
    }

    /// Tells how rules fare, and raises what they could not evaluate.
    private func noteRules(_ running: inout Running, _ report: inout Report, _ changes: inout AlertChanges) {
        let statistics = running.engine.statistics
        running.health.note(statistics, at: clock.now())
        running.health.note(report.verdicts, at: clock.now())
        if let health = running.health.evaluation(at: clock.now()) {
            changes.append(running.machine.evaluate(health))
        }
        (report.errors, report.excepted) = running.use.totals(with: statistics)
    }

    /// Alerts of bindings that no policy has any more end.
    private func retireUnbound(_ running: inout Running, _ changes: inout AlertChanges) {
        guard running.progress.ruleBookDigest != book.digest else { return }
        let own = OwnRule.allCases.map { "\(OwnRule.policy)/\($0.rawValue)" }
        let bound = Set(book.bindings.map { "\($0.policy)/\($0.rule.id)" } + own)
        let stale = Set(running.machine.alerts.map(\.binding)).filter { !bound.contains("\($0.policy)/\($0.rule)") }
        for binding in stale.sorted() { changes.append(running.machine.retire(binding, at: clock.now())) }
    }
}
