import Alerting
import Directory
import Evaluation
import RuleLanguage
import Timekeeping

/// Going on where it ended: from what the engine remembered, and the stored activities since then.
extension ConnectionWatch {
    /// What comes later than this goes to quarantine.
    private static let reach = LateLimits(lateness: .zero).quarantine

    /// The state at the stored progress, from the stored facts.
    func resume(_ cursor: SourceCursor, comparesFeeds: Bool) async throws -> (Running, Resumption) {
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
        func makeEngine(_ history: DirectoryTimeline) -> ActivityEngine {
            ActivityEngine(book: book, connection: connection, history: history, options: options)
        }
        let engine: ActivityEngine
        var known = Timestamp.earliest
        var resumption = Resumption()
        if let saved = try await restored(makeEngine, upTo: progress, &resumption) {
            engine = saved.engine
            known = Self.reach(engine.watermark)
            engine.follow(try await timeline(since: known))
            var feed = Feed(engine, known: known, watermark: progress.watermark)
            resumption.activities = try await self.feed(&feed, after: saved.position, upTo: progress.position)
            known = feed.known
        } else {
            engine = makeEngine(try await timeline(since: known))
            resumption.activities = try await replay(engine, upTo: progress, comparesFeeds: comparesFeeds)
        }
        _ = engine.advance(to: progress.watermark)
        let machine = AlertMachine(hourLimit: book.limits.alerts)
        let since = progress.watermark - machine.lateLimit
        let live = try await alerts.liveAlerts(connection: connection, resolvedSince: since)
        let health = RuleHealth(connection: connection, engine.statistics, live.filter { $0.status != .resolved })
        let running = Running(
            engine: engine, machine: AlertMachine(live, hourLimit: book.limits.alerts), progress: progress,
            comparesFeeds: comparesFeeds, followed: snapshot?.generation, known: known, unsaved: resumption.activities,
            health: health)
        return (running, resumption)
    }

    /// A new engine with what one of the same book remembered, and the position up to which that was.
    ///
    /// - Returns: nil when there is nothing to use.
    private func restored(
        _ makeEngine: (DirectoryTimeline) -> ActivityEngine, upTo progress: EngineProgress,
        _ resumption: inout Resumption
    ) async throws -> (engine: ActivityEngine, position: Int64)? {
        let saved = try await alerts.engineState(connection: connection, ruleBookDigest: book.digest)
        guard let saved, saved.position <= progress.position else { return nil }
        // It knows nothing of the directory yet, and is asked nothing.
        let engine = makeEngine(DirectoryTimeline(DirectoryVersions()))
        do throws(StateFault) {
            try engine.restore(saved.body)
        } catch {
            resumption.refusal = String(describing: error)
            return nil
        }
        return engine.watermark <= progress.watermark ? (engine, saved.position) : nil
    }

    /// Keeps what the engine remembers.
    func keep(_ body: [UInt8], at position: Int64) async throws {
        try await alerts.keep(
            EngineState(connection: connection, position: position, ruleBookDigest: book.digest, body: body))
    }

    /// Brings an engine to a stored progress; what it finds on the way has been kept before.
    ///
    /// Reads no more than the book looks back: everything since then, and before only the kinds of rules that need
    /// the beginning.
    ///
    /// - Returns: How many activities it read.
    private func replay(
        _ engine: ActivityEngine, upTo progress: EngineProgress, comparesFeeds: Bool
    ) async throws -> Int {
        var count = 0
        var feed = Feed(engine, known: .earliest, watermark: progress.watermark)
        let need = LookBack(book, connection: connection)
        let since = max(.earliest + need.span, progress.watermark) - need.span
        let near = min(try await facts.position(connection: connection, before: since), progress.position)
        // What may be told of again: acts with several type numbers, and everything where there are two feeds.
        let memory = max(.earliest + Occurrences.memory, progress.watermark) - Occurrences.memory
        let remembered = min(try await facts.position(connection: connection, before: memory), near)
        feed.comesAgain = remembered
        switch need.boundless {
        case .every: count += try await self.feed(&feed, after: 0, upTo: near)
        case .kinds(let kinds) where kinds.isEmpty: break
        case .kinds(let kinds): count += try await self.feed(&feed, after: 0, upTo: near, kinds: kinds)
        }
        feed.comesAgain = .max
        count += try await self.feed(
            &feed, after: remembered, upTo: near, kinds: comparesFeeds ? nil : Occurrences.sharedKinds)
        return count + (try await self.feed(&feed, after: near, upTo: progress.position))
    }

    /// An engine that is fed what was stored.
    private struct Feed {
        let engine: ActivityEngine
        /// Since when it knows the directory.
        var known: Timestamp
        /// How far it goes.
        let watermark: Timestamp
        /// After which position activities are fed once more.
        var comesAgain = Int64.max

        init(_ engine: ActivityEngine, known: Timestamp, watermark: Timestamp) {
            self.engine = engine
            self.known = known
            self.watermark = watermark
        }
    }

    /// - Returns: How many activities it read.
    private func feed(
        _ feed: inout Feed, after start: Int64, upTo end: Int64, kinds: Set<String>? = nil
    ) async throws -> Int {
        var count = 0
        var position = start
        var full = waitingLimit
        while position < end {
            let old = try await facts.activities(
                connection: connection, after: position, upTo: end, kinds: kinds, limit: chunk)
            guard let last = old.positions.last else { return count }
            old.batch.markUnknown(missing)
            try await reachBack(feed.engine, &feed.known, to: old.batch)
            _ = feed.engine.process(old.batch)
            position = last
            count += old.positions.count
            guard feed.engine.counts.pending > full else { continue }
            let edge = try await reachable(
                by: feed.engine, after: min(position, feed.comesAgain), upTo: feed.watermark)
            _ = feed.engine.advance(to: edge)
            full = feed.engine.counts.pending + waitingLimit
        }
        return count
    }

    /// How far an engine may go before the activities after a position are read: none of them is earlier.
    func reachable(
        by engine: ActivityEngine, after position: Int64, upTo watermark: Timestamp
    ) async throws -> Timestamp {
        let next = try await facts.earliestTime(
            connection: connection, after: position, notBefore: engine.watermark)
        return min(watermark, next ?? watermark)
    }

    /// Since when an engine has to know the directory: nothing that comes later is about what was before.
    static func reach(_ watermark: Timestamp) -> Timestamp { max(.earliest + reach, watermark) - reach }

    /// Lets an engine know the directory of all time when something comes that is older, as from quarantine.
    func reachBack(_ engine: ActivityEngine, _ known: inout Timestamp, to batch: ActivityBatch) async throws {
        guard known > .earliest, let first = batch.earliestTime, first < known else { return }
        known = .earliest
        engine.follow(try await timeline(since: known))
    }

    /// The directory as it was since a moment.
    func timeline(since moment: Timestamp) async throws -> DirectoryTimeline {
        DirectoryTimeline(
            try await facts.versions(connection: connection, since: moment > .earliest ? moment : nil),
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
