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
        /// What each bound state rule said, when the directory was new.
        public var verdicts: [RuleBinding: Verdict] = [:]
    }

    /// What is running, once there are facts to run on.
    private struct Running {
        var engine: ActivityEngine
        var machine: AlertMachine
        var progress: EngineProgress
        /// Whether there are two feeds.
        let comparesFeeds: Bool
        /// The generation up to which the engine knows the directory.
        var followed: Int64?
    }

    /// Activities that are read from the store at once.
    static let chunk = 1000
    /// How far an activity dated in the future may push the watermark past now.
    static let futureLimit = TimeSpan.minutes(5)

    public nonisolated let connection: String
    private let book: RuleBook
    private let facts: any FactStore
    private let alerts: any AlertStore
    private let routing: NoticeRouting
    private let superUsers: [SuperUserResolver]
    private let lateness: TimeSpan
    private let missing: Set<ActivityField>
    private let proposer: ActionProposer?
    private let clock: any WallClock
    private var running: Running?

    /// - Parameters:
    ///   - enricher: What activities are enriched with before they are stored.
    ///   - proposer: Writes down what policies want done; nil where nothing may be done.
    public init(
        connection: String, book: RuleBook, facts: any FactStore, alerts: any AlertStore, routing: NoticeRouting,
        superUsers: [SuperUserResolver], lateness: TimeSpan, enricher: (any ActivityEnricher)? = nil,
        proposer: ActionProposer? = nil, clock: any WallClock
    ) {
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
            running = try await resume(cursor, comparesFeeds: hasWebhook)
        }
        let generation = try await facts.currentGeneration(connection: connection)
        let isNewDirectory = generation.map { $0 != running.progress.generation } ?? false
        // A directory may be large, so it is read only to be judged.
        let isJudged = isNewDirectory || running.progress.ruleBookDigest != book.digest
        let snapshot = isJudged ? try await facts.currentSnapshot(connection: connection) : nil
        if isNewDirectory, generation != running.followed {
            running.engine.follow(try await timeline(snapshot))
            running.followed = generation
        }

        // What is thrown on the way leaves an engine that went on without its alerts: the next time begins anew.
        self.running = nil
        let keptSearches = running.progress.endedSearches
        var changes = AlertChanges()
        let before = running.engine.counts
        report.activities = try await observeNew(&running, &changes)
        report.echoes = running.engine.counts.echoes - before.echoes
        report.twins = running.engine.counts.twins - before.twins
        let watermark = min(cursor.completeUntil, clock.now() + Self.futureLimit) - lateness
        if watermark > running.progress.watermark {
            changes.append(running.machine.observe(running.engine.advance(to: watermark)))
            changes.append(running.machine.advance(connection: connection, watermark: watermark))
            running.progress.watermark = watermark
        }
        if let snapshot {
            let resolvers = try await superUsers.reading(facts, connection: connection)
            let index = DirectoryIndex(snapshot, superUsers: resolvers)
            var pass = StatePass(book, connection: connection)
            pass.endedSearches = running.progress.endedSearches
            for result in pass.evaluate(index, at: snapshot.observedAt) {
                running.progress.endedSearches.formUnion(result.endedSearches)
                changes.append(running.machine.evaluate(result.evaluation))
                report.verdicts[result.evaluation.binding] = result.evaluation.verdict
            }
            running.progress.generation = snapshot.generation
        }
        retireUnbound(&running, &changes)
        if let health = state.flatMap({ ConnectionHealth(connection: connection, state: $0).evaluation }) {
            changes.append(running.machine.evaluate(health))
        }
        running.progress.endedSearches.formUnion(running.engine.endedSearches)
        running.progress.ruleBookDigest = book.digest
        var progress = running.progress
        progress.endedSearches.subtract(keptSearches)
        try await alerts.apply(
            changes, notices: routing.notices(for: changes.transitions), progress: progress, at: clock.now())
        self.running = running
        // After a start also the alerts of before, whose proposals an end may have cut off.
        report.proposals =
            try await proposer?.propose(
                for: isFirst ? running.machine.alerts : changes.transitions.map(\.alert), at: clock.now()) ?? 0
        report.transitions = changes.transitions
        report.liveKeys = running.engine.liveKeys
        report.stateBytes = running.engine.stateBytes
        return report
    }

    private func observeNew(_ running: inout Running, _ changes: inout AlertChanges) async throws -> Int {
        var count = 0
        while true {
            let new = try await facts.activities(
                connection: connection, after: running.progress.position, limit: Self.chunk)
            guard let last = new.positions.last else { return count }
            new.batch.markUnknown(missing)
            changes.append(running.machine.observe(running.engine.process(new.batch)))
            running.progress.position = last
            count += new.positions.count
        }
    }

    /// Alerts of bindings that no policy has any more end.
    private func retireUnbound(_ running: inout Running, _ changes: inout AlertChanges) {
        guard running.progress.ruleBookDigest != book.digest else { return }
        let own = "\(ConnectionHealth.policy)/\(ConnectionHealth.rule)"
        let bound = Set(book.bindings.map { "\($0.policy)/\($0.rule.id)" } + [own])
        let stale = Set(running.machine.alerts.map(\.binding)).filter { !bound.contains("\($0.policy)/\($0.rule)") }
        for binding in stale.sorted() { changes.append(running.machine.retire(binding, at: clock.now())) }
    }

    // MARK: Going on where it ended

    /// The state at the stored progress, from the stored facts.
    private func resume(_ cursor: SourceCursor, comparesFeeds: Bool) async throws -> Running {
        let stored = try await alerts.progress(connection: connection)
        let progress = stored ?? EngineProgress(connection: connection)
        let activation = try await alerts.activate(
            versions, at: max(stored?.watermark ?? .earliest, cursor.firstSyncStarted))
        var options = ActivityEngine.Options()
        options.coverageStart = cursor.firstSyncStarted
        options.endedSearches = progress.endedSearches
        options.comparesFeeds = comparesFeeds
        let connection = self.connection
        options.activeFrom = { bound in
            activation[Self.version(of: bound, connection: connection)] ?? cursor.firstSyncStarted
        }
        let snapshot = try await facts.currentSnapshot(connection: connection)
        let engine = ActivityEngine(
            book: book, connection: connection, history: try await timeline(snapshot), options: options)
        try await replay(engine, upTo: progress, comparesFeeds: comparesFeeds)
        let machine = AlertMachine(hourLimit: book.limits.alerts)
        let since = progress.watermark - machine.lateLimit
        let live = try await alerts.liveAlerts(connection: connection, resolvedSince: since)
        return Running(
            engine: engine, machine: AlertMachine(live, hourLimit: book.limits.alerts), progress: progress,
            comparesFeeds: comparesFeeds, followed: snapshot?.generation)
    }

    /// Brings an engine to a stored progress; what it finds on the way has been kept before.
    ///
    /// Reads no more than the book looks back: everything since then, and before only the kinds of rules that need
    /// the beginning.
    private func replay(
        _ engine: ActivityEngine, upTo progress: EngineProgress, comparesFeeds: Bool
    ) async throws {
        let need = LookBack(book, connection: connection)
        let since = max(.earliest + need.span, progress.watermark) - need.span
        let near = min(try await facts.position(connection: connection, before: since), progress.position)
        switch need.boundless {
        case .every: try await feed(engine, after: 0, upTo: near, kinds: nil)
        case .kinds(let kinds) where kinds.isEmpty: break
        case .kinds(let kinds): try await feed(engine, after: 0, upTo: near, kinds: kinds)
        }
        // What may be told of again: acts with several type numbers, and everything where there are two feeds.
        let remembered = max(.earliest + Occurrences.memory, progress.watermark) - Occurrences.memory
        try await feed(
            engine, after: try await facts.position(connection: connection, before: remembered), upTo: near,
            kinds: comparesFeeds ? nil : Occurrences.sharedKinds)
        try await feed(engine, after: near, upTo: progress.position, kinds: nil)
        _ = engine.advance(to: progress.watermark)
    }

    private func feed(
        _ engine: ActivityEngine, after start: Int64, upTo end: Int64, kinds: Set<String>?
    ) async throws {
        var position = start
        while position < end {
            let old = try await facts.activities(
                connection: connection, after: position, upTo: end, kinds: kinds, limit: Self.chunk)
            guard let last = old.positions.last else { return }
            old.batch.markUnknown(missing)
            _ = engine.process(old.batch)
            position = last
        }
    }

    private func timeline(_ snapshot: DirectorySnapshot?) async throws -> DirectoryTimeline {
        DirectoryTimeline(
            versions: try await facts.versions(connection: connection),
            availability: snapshot?.availability ?? [:],
            superUsers: try await superUsers.reading(facts, connection: connection))
    }

    private var versions: [BindingVersion] {
        book.bindings.map { Self.version(of: $0, connection: connection) }
    }

    private static func version(of bound: BoundRule, connection: String) -> BindingVersion {
        BindingVersion(
            binding: RuleBinding(connection: connection, policy: bound.policy, rule: bound.rule.id),
            digest: bound.digest)
    }
}
