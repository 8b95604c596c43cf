public import Directory
public import Logging
import OneLogin
public import Reporting
public import RuleLanguage
import Store
public import Sync
public import Timekeeping

/// An audit of a tenant: one sync into memory, one judgement, one report.
public struct TenantAudit: Sendable {
    private let book: RuleBook
    private let superUsers: [SuperUserResolver]
    private let source: any TenantSource
    private let clock: any WallClock
    private let cadence: SyncCadence
    private let missing: Set<ActivityField>

    /// - Parameter enricher: What `source` enriches activities with.
    public init(
        book: RuleBook, superUsers: [SuperUserResolver], source: any TenantSource, cadence: SyncCadence,
        enricher: (any ActivityEnricher)? = nil, clock: any WallClock
    ) {
        missing = enricher.missing
        self.book = book
        self.superUsers = superUsers
        self.source = source
        self.cadence = cadence
        self.clock = clock
    }

    /// Syncs and judges once; what went wrong on the way is in the report.
    public func run(connection: String, tenant: String?, toolVersion: String, logger: Logger) async throws
        -> AuditReport
    {
        let facts = try SQLiteStore.inMemory(decoder: WireActivityDecoder())
        let runner = SyncRunner(
            connection: connection, source: source, facts: facts, cadence: cadence, clock: clock, logger: logger)
        let outcome = try await runner.runOnce()
        let moment = clock.now()
        var report = AuditReport(toolVersion: toolVersion, connection: connection, generatedAt: moment)
        report.tenant = tenant
        let snapshot = try await facts.currentSnapshot(connection: connection)
        let superUsers = try await superUsers.reading(facts, connection: connection)
        let index = snapshot.map { DirectoryIndex($0, superUsers: superUsers) }
        let history = DirectoryTimeline(
            try await facts.versions(connection: connection), superUsers: superUsers)
        let pass = AuditPass(
            book: book, connection: connection, history: history, now: moment, disorder: WindowClosing.atEnd)
        let count = try await judge(pass, facts, connection)
        let cause = outcome.failures.first.map { "\($0.attempt): \($0.answer)" } ?? "the sync was not finished"
        let isComplete = outcome.failures.isEmpty
        report.rules = pass.finish(
            index: index, at: snapshot?.observedAt ?? moment, directoryGap: cause,
            activityGap: isComplete ? nil : cause)
        report.sources.append(AuditReport.DataSource(name: "events API", recordCount: count, isComplete: isComplete))
        report.describe(
            unreadable: try await facts.quarantine(connection: connection), count: outcome.unreadable)
        report.kinds = pass.kinds
        report.describe(range: pass.range)
        if let index { report.describe(index) }
        report.describe(policies: book.policies, connection: connection)
        // A fault on the way leaves data incomplete; only a tenant that refuses or is not there is a remote error.
        let refusals = outcome.failures.filter { $0.cause.needsPerson || $0.cause == .unreachable }
        report.failures = refusals.map { failure in
            AuditReport.Failure(.remote, message: "\(failure.attempt): \(failure.answer)", remedy: failure.remedy)
        }
        return report
    }

    private func judge(_ pass: AuditPass, _ facts: SQLiteStore, _ connection: String) async throws -> Int {
        var position: Int64 = 0
        var count = 0
        while true {
            let some = try await facts.activities(connection: connection, after: position, limit: 1000)
            guard let last = some.positions.last else { return count }
            some.batch.markUnknown(missing)
            pass.take(some.batch)
            position = last
            count += some.positions.count
        }
    }
}
