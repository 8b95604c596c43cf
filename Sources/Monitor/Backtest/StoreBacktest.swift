import Alerting
public import Directory
import Evaluation
public import Reporting
public import RuleLanguage
public import Store
public import Timekeeping

/// A backtest over what the store holds: its activities, the directory as it was, and the alerts that were raised.
///
/// Nothing is written, so it may run beside a monitor. It sees what the monitor has judged and nothing later.
public struct StoreBacktest: Sendable {
    /// What the rules here are compared with.
    public enum Baseline: Sendable {
        case raised
        case rules(RuleBook, path: String)
    }

    /// Why there is nothing to test.
    public enum Refusal: Error, Equatable, Sendable {
        /// The store knows nothing of the connection.
        case noFacts(connection: String)
    }

    private let store: SQLiteStore
    private let connection: String
    private let superUsers: [SuperUserResolver]
    private let missing: Set<ActivityField>

    /// - Parameter enricher: What activities were enriched with before they were stored.
    public init(
        store: SQLiteStore, connection: String, superUsers: [SuperUserResolver],
        enricher: (any ActivityEnricher)? = nil
    ) {
        self.store = store
        self.connection = connection
        self.superUsers = superUsers
        missing = enricher.missing
    }

    /// Judges the stored facts of a range.
    ///
    /// - Parameters:
    ///   - moment: Now.
    ///   - wanted: Says which bindings are of interest.
    public func run(
        book: RuleBook, against baseline: Baseline, range: BacktestRange, now moment: Timestamp, toolVersion: String,
        wanted: @Sendable (BacktestReport.Binding) -> Bool = { _ in true }
    ) async throws -> BacktestReport {
        guard let cursor = try await store.cursor(connection: connection, source: .api) else {
            throw Refusal.noFacts(connection: connection)
        }
        let superUsers = try await superUsers.reading(store, connection: connection)
        let facts = try await StoredFacts(store, connection, cursor, superUsers: superUsers)
        var books = [book]
        var label = BacktestReport.Baseline.raised
        if case .rules(let other, let path) = baseline {
            books.append(other)
            label = .rules(path)
        }
        var pass = try await read(facts, books, range, now: moment, disorder: WindowClosing.usual)
        if pass.mustRepeat {
            pass = try await read(facts, books, range, now: moment, disorder: pass.seenDisorder)
        }
        let justAfter = TimeSpan(seconds: 0, nanoseconds: 1)
        let end = range.to < facts.watermark ? range.to + justAfter : facts.watermark
        for side in pass.sides { side.advance(to: end) }
        let wantsStates = books.contains { book in book.bindings.contains { $0.isState && wanted($0.backtestBinding) } }
        let directories = wantsStates ? try await judgeDirectories(facts, pass.sides, range) : 0
        let sides = pass.sides.map { $0.result() }
        let before = sides.count > 1 ? sides[1] : BacktestReport.Side(alerts: try await raised(in: range))
        var report = BacktestReport(
            toolVersion: toolVersion, connection: connection, range: range, baseline: label, before: before,
            after: sides[0], wanted: wanted)
        report.activityCount = pass.count
        report.directoryCount = directories
        report.gaps = try await gaps(in: range, facts)
        return report
    }

    // MARK: Activities

    /// Feeds the stored activities: those of the range, and before it as many as the books look back.
    private func read(
        _ facts: StoredFacts, _ books: [RuleBook], _ range: BacktestRange, now moment: Timestamp, disorder: TimeSpan
    ) async throws -> BacktestPass {
        // An episode that is open when the range begins is one that began before.
        let opening = range.from == .earliest ? range.from : range.from - Self.longestCooldown(of: books)
        let hasWebhook = try await store.cursor(connection: connection, source: .webhook) != nil
        let sides = books.map { book in
            BacktestSide(
                book: book, connection: connection, history: facts.timeline, activeFrom: opening,
                coverageStart: facts.cursor.firstSyncStarted <= range.from ? facts.cursor.firstSyncStarted : nil,
                comparesFeeds: hasWebhook, endedSearches: facts.endedSearches, isInOrder: true)
        }
        let pass = BacktestPass(sides, range: range, now: moment, disorder: disorder)
        let needs = books.map { LookBack($0, connection: connection) }
        let span = needs.map(\.span).max() ?? .zero
        let near = try await store.position(connection: connection, before: max(.earliest + span, opening) - span)
        var kinds: Set<String>? = []
        for need in needs {
            if case .kinds(let some) = need.boundless { kinds?.formUnion(some) } else { kinds = nil }
        }
        if kinds != [] { try await feed(pass, after: 0, upTo: min(near, facts.position), kinds: kinds) }
        try await feed(pass, after: near, upTo: facts.position, kinds: nil)
        return pass
    }

    private func feed(_ pass: BacktestPass, after start: Int64, upTo end: Int64, kinds: Set<String>?) async throws {
        var position = start
        while position < end {
            let some = try await store.activities(
                connection: connection, after: position, upTo: end, kinds: kinds, limit: ConnectionWatch.chunk)
            guard let last = some.positions.last else { return }
            some.batch.markUnknown(missing)
            pass.take(some.batch)
            position = last
        }
    }

    private static func longestCooldown(of books: [RuleBook]) -> TimeSpan {
        books.flatMap(\.bindings).map { $0.cooldown ?? .days(1) }.max() ?? .zero
    }

    // MARK: Directories

    /// Judges every copy of the directory in the range, and the one it began with.
    ///
    /// - Returns: How many there were.
    private func judgeDirectories(
        _ facts: StoredFacts, _ sides: [BacktestSide], _ range: BacktestRange
    ) async throws -> Int {
        let all = try await store.generations(connection: connection, from: range.from, to: range.to)
        let generations = all.filter { $0.id <= facts.generation }
        guard !generations.isEmpty else {
            for side in sides { side.missDirectory("there is no copy of the directory from then") }
            return 0
        }
        let superUsers = try await superUsers.reading(store, connection: connection)
        try await DirectoryReplay(store: store, connection: connection).each(generations) { snapshot in
            let index = DirectoryIndex(snapshot, superUsers: superUsers)
            for side in sides { side.judge(index, at: snapshot.observedAt) }
        }
        return generations.count
    }

    // MARK: What was raised, and what is missing

    /// The stored alerts that touch the range; those about the connection itself are not of the rules.
    private func raised(in range: BacktestRange) async throws -> [BacktestAlert] {
        let since = AlertQuery(connection: connection, since: range.from, limit: .max)
        let open = AlertQuery(statuses: [.open], connection: connection, limit: .max)
        var alerts: [String: BacktestAlert] = [:]
        for query in [since, open] {
            for alert in try await store.alerts(query)
            where alert.openedAt != nil && alert.binding.policy != OwnRule.policy {
                alerts[alert.id] = BacktestAlert(alert)
            }
        }
        return Array(alerts.values)
    }

    /// Stretches of the range whose activities never came, as clauses.
    private func gaps(in range: BacktestRange, _ facts: StoredFacts) async throws -> [String] {
        try await store.gaps(connection: connection, limit: 1000).filter { gap in
            gap.until == nil && gap.from <= range.to
        }.map { gap in "no activities since \(gap.from.rfc3339): \(gap.reason)" }
    }
}

/// What the store knows of a connection, as far as the monitor has judged it.
private struct StoredFacts {
    let cursor: SourceCursor
    let timeline: DirectoryTimeline
    /// The last position and the last generation that were judged, and until when windows were closed.
    let position: Int64
    let generation: Int64
    let watermark: Timestamp
    let endedSearches: Set<EndedSearch>

    init(
        _ store: SQLiteStore, _ connection: String, _ cursor: SourceCursor, superUsers: [SuperUserResolver]
    ) async throws {
        self.cursor = cursor
        let progress = try await store.progress(connection: connection)
        position = progress?.position ?? .max
        generation = progress?.generation ?? .max
        watermark = progress?.watermark ?? cursor.completeUntil
        endedSearches = progress?.endedSearches ?? []
        timeline = DirectoryTimeline(
            try await store.versions(connection: connection), superUsers: superUsers)
    }
}
