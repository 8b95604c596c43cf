public import Directory
public import Logging
public import Timekeeping

/// What one pass of a sync did.
public struct SyncOutcome: Sendable {
    public var status: ConnectionStatus
    /// Activities that were not here before.
    public var newActivities = 0
    /// Records that went to quarantine.
    public var unreadable = 0
    /// Whether a new directory became current.
    public var directoryChanged = false
    /// What each collection was, when the directory was read in this pass.
    public var availability: [EntityKind: Availability] = [:]
    /// What went wrong, in order.
    public var failures: [SourceFailure] = []
    /// When the next pass has something to do.
    public var nextDue: Timestamp

    init(status: ConnectionStatus, nextDue: Timestamp) {
        self.status = status
        self.nextDue = nextDue
    }
}

/// Carries out what ``SyncPlan`` finds due for one connection.
public actor SyncRunner {
    /// The connection's name.
    public nonisolated let connection: String
    public private(set) var status = ConnectionStatus.connecting

    private let source: any TenantSource
    private let facts: any FactStore
    private let clock: any WallClock
    private let logger: Logger
    private let cadence: SyncCadence
    private var plan: SyncPlan
    private var progress = SyncProgress()

    public init(
        connection: String, source: any TenantSource, facts: any FactStore, cadence: SyncCadence = SyncCadence(),
        clock: any WallClock, logger: Logger
    ) {
        self.connection = connection
        self.source = source
        self.facts = facts
        self.clock = clock
        self.cadence = cadence
        self.logger = logger
        plan = SyncPlan(cadence)
    }

    /// Fetches what is due: the directory when its cadence asks, and activities.
    ///
    /// The source's failures are in the outcome; what is thrown is the store's, or cancellation.
    public func runOnce() async throws -> SyncOutcome {
        let now = clock.now()
        var outcome = SyncOutcome(status: status, nextDue: now)
        for step in plan.due(at: now) {
            switch step {
            case .directory(let readsFactors):
                try await copyDirectory(step, readsFactors: readsFactors, at: now, &outcome)
            case .activities:
                guard !outcome.failures.contains(where: { $0.cause.needsPerson }) else { continue }
                if case .activities = step { try await pollActivities(step, at: now, &outcome) }
            }
        }
        let hasCopy = try await facts.currentSnapshot(connection: connection) != nil
        status = .after(hasCopy: hasCopy, failures: outcome.failures, progress: progress)
        outcome.status = status
        outcome.nextDue = plan.nextDue(after: now)
        for failure in outcome.failures {
            logger.warning(
                "sync step failed",
                metadata: [
                    "connection": "\(connection)", "cause": "\(failure.cause.rawValue)",
                    "attempt": "\(failure.attempt)", "answer": "\(failure.answer)", "remedy": "\(failure.remedy)",
                ])
        }
        return outcome
    }

    private func pollActivities(
        _ step: SyncPlan.Step, at now: Timestamp, _ outcome: inout SyncOutcome
    ) async throws {
        let poll = ActivityPoll(source: source, facts: facts, connection: connection, cadence: cadence)
        let result = try await poll.run(at: now)
        plan.note(step, at: now, isComplete: result.failure == nil)
        outcome.newActivities += result.new
        outcome.unreadable += result.unreadable
        progress.activities += result.new
        if let failure = result.failure { outcome.failures.append(failure) }
    }

    private func copyDirectory(
        _ step: SyncPlan.Step, readsFactors: Bool, at now: Timestamp, _ outcome: inout SyncOutcome
    ) async throws {
        let before = try await facts.currentSnapshot(connection: connection)
        let known = before.flatMap { $0.availability(of: .device) == .complete ? $0.devices : nil }
        let generation = try await facts.beginGeneration(connection: connection, at: now)
        let copy = DirectoryCopy(source: source, facts: facts, connection: connection, cadence: cadence)
        let result = try await copy.stage(generation, carried: readsFactors ? nil : known)
        progress.records = result.records
        outcome.unreadable += result.unreadable.count
        outcome.availability = result.availability
        if let failure = result.failure { outcome.failures.append(failure) }
        var derived: ActivityBatch?
        if result.failure == nil, let before {
            derived = try await self.derived(from: before, to: generation, at: now, result.availability, &outcome)
        }
        let isCurrent = try await facts.finish(
            generation, availability: result.availability, derived: derived, connection: connection, at: now)
        outcome.directoryChanged = isCurrent
        outcome.newActivities += isCurrent ? derived?.count ?? 0 : 0
        plan.note(step, at: now, isComplete: isCurrent)
    }

    /// The changes between two snapshots that no activity tells.
    ///
    /// Activities are polled first, so that all that explain something are here.
    private func derived(
        from before: DirectorySnapshot, to generation: Generation, at now: Timestamp,
        _ availability: [EntityKind: Availability], _ outcome: inout SyncOutcome
    ) async throws -> ActivityBatch? {
        try await pollActivities(.activities, at: now, &outcome)
        guard outcome.failures.isEmpty else { return nil }
        var staged = try await facts.staged(generation, connection: connection)
        staged.availability = availability
        staged.observedAt = now
        let comparison = SnapshotComparison(from: before, to: staged)
        guard !comparison.changes.isEmpty else { return nil }
        let told = try await facts.activities(
            connection: connection, from: before.observedAt - cadence.overlap, until: now)
        var explained = Set<SnapshotComparison.Change>()
        for row in 0..<told.count {
            if let change = SnapshotComparison.change(explainedBy: told.activity(at: row)) {
                explained.insert(change)
            }
        }
        let batch = comparison.activities(explained: explained)
        return batch.count == 0 ? nil : batch
    }
}
