public import Directory
public import Logging
public import Timekeeping

/// What one pass of a sync did.
public struct SyncOutcome: Sendable {
    public var status: ConnectionStatus
    /// How the connection is doing, as it was kept.
    public var state: ConnectionState
    /// Activities that were not here before.
    public var newActivities = 0
    /// Records that went to quarantine.
    public var unreadable = 0
    /// New activities that came too late for windows, and those that came so late that they went to quarantine.
    public var late = 0
    public var tooLate = 0
    /// Whether a new directory became current.
    public var directoryChanged = false
    /// What each collection was, when the directory was read in this pass.
    public var availability: [EntityKind: Availability] = [:]
    /// What went wrong, in order.
    public var failures: [SourceFailure] = []
    /// Whether it was told to stop before it was done: what is left is the next start's.
    public var wasStopped = false
    /// Types of events that came so far and are not known here.
    public var unknownEventTypes: [UnknownEventType] = []
    /// Members of records that came so far and are not known here.
    public var unknownFields: [UnknownField] = []
    /// When the next pass has something to do.
    public var nextDue: Timestamp

    init(status: ConnectionStatus, state: ConnectionState, nextDue: Timestamp) {
        self.status = status
        self.state = state
        self.nextDue = nextDue
    }
}

/// Carries out what ``SyncPlan`` finds due for one connection.
public actor SyncRunner {
    /// The connection's name.
    public nonisolated let connection: String
    public private(set) var status = ConnectionStatus.connecting

    let source: any TenantSource
    nonisolated let stopSignal = StopSignal()
    let facts: any FactStore
    let cadence: SyncCadence
    let clock: any WallClock
    let ledger: (any ConnectionLedger)?
    let logger: Logger
    private let onProgress: @Sendable (SyncProgress) async -> Void
    var plan: SyncPlan
    /// What the ledger has of this connection; nil before the first pass.
    var state: ConnectionState?
    var progress = SyncProgress()
    /// Told of activities that were polled while a copy is on its way.
    private var onActivities: @Sendable (SyncOutcome) async throws -> Void = { _ in }
    private var openGap: SourceGap?
    private var keptAt: Timestamp?

    /// - Parameters:
    ///   - ledger: Keeps how the connection is doing; nil for a copy that nobody asks about later.
    ///   - onProgress: Told of every page of a copy.
    public init(
        connection: String, source: any TenantSource, facts: any FactStore, cadence: SyncCadence = SyncCadence(),
        ledger: (any ConnectionLedger)? = nil, clock: any WallClock, logger: Logger,
        onProgress: @escaping @Sendable (SyncProgress) async -> Void = { _ in }
    ) {
        self.connection = connection
        self.source = StoppableSource(source: source, stop: stopSignal)
        self.facts = facts
        self.ledger = ledger
        self.clock = clock
        self.cadence = cadence
        self.logger = logger
        self.onProgress = onProgress
        plan = SyncPlan(cadence)
    }

    /// Ends what is fetched at the next page, and what waits for an answer or a rate limit at once; for good.
    ///
    /// What was stored is kept, and a copy goes on there after the next start. How the connection is doing stays as it
    /// was told last.
    public nonisolated func stop() { stopSignal.stop() }

    /// Fetches what is due: the directory when its cadence asks, and activities.
    ///
    /// The source's failures are in the outcome; what is thrown is the store's, or cancellation.
    ///
    /// - Parameter onActivities: Told of each poll between the pages of a long copy, so that activities are judged
    ///   while it is on its way; what it is told is not in the outcome again.
    public func runOnce(
        onActivities: @escaping @Sendable (SyncOutcome) async throws -> Void = { _ in }
    ) async throws -> SyncOutcome {
        self.onActivities = onActivities
        let now = clock.now()
        var state = try await restored(at: now)
        var outcome = SyncOutcome(status: status, state: state, nextDue: now)
        let steps = plan.due(at: now)
        for step in steps where !outcome.wasStopped {
            switch step {
            case .directory(let readsFactors):
                try await copyDirectory(step, readsFactors: readsFactors, at: now, &outcome)
            case .activities:
                guard !outcome.failures.contains(where: { $0.cause.needsPerson }) else { continue }
                try await pollActivities(step, at: clock.now(), &outcome)
            }
        }
        outcome.nextDue = plan.nextDue(after: clock.now())
        guard !steps.isEmpty else {
            outcome.status = status
            return outcome
        }
        guard !outcome.wasStopped else {
            try await keepStopped(&outcome)
            return outcome
        }
        try await noteHealth(&outcome)
        let hasCopy = try await facts.currentGeneration(connection: connection) != nil
        status = .after(hasCopy: hasCopy, failures: outcome.failures, progress: progress)
        outcome.status = status
        state = self.state ?? state
        let first = outcome.failures.first { $0.cause.needsPerson } ?? outcome.failures.first
        state.become(status.stateWord, first, at: clock.now())
        if case .initialSync = status { state.progress = progress } else { state.progress = nil }
        try await keep(state)
        outcome.state = state
        log(outcome.failures)
        return outcome
    }

    /// Keeps where it stopped, and says nothing new of the connection: it is not known how the rest would have gone.
    private func keepStopped(_ outcome: inout SyncOutcome) async throws {
        log(outcome.failures)
        guard var state else { return }
        if state.word == .initialSync { state.progress = progress }
        try await keep(state)
        outcome.status = status
        outcome.state = state
    }

    /// Whether a failure says that nothing failed: the sync was told to stop.
    func isStop(_ failure: SourceFailure) -> Bool { failure.cause == .cancelled && stopSignal.isStopped }

    private func log(_ failures: [SourceFailure]) {
        for failure in failures {
            logger.warning(
                "sync step failed",
                metadata: [
                    "connection": "\(connection)", "cause": "\(failure.cause.rawValue)",
                    "attempt": "\(failure.attempt)", "answer": "\(failure.answer)", "remedy": "\(failure.remedy)",
                ])
        }
    }

    // MARK: Activities

    func pollActivities(_ step: SyncPlan.Step, at now: Timestamp, _ outcome: inout SyncOutcome) async throws {
        if let skew = await source.health().clockSkewSeconds { state?.clockSkewSeconds = skew }
        let poll = ActivityPoll(source: source, facts: facts, connection: connection, cadence: cadence)
        let before = progress.activities
        let result = try await poll.run(at: now + sourceLead) { [self] in try await noteActivities($0) }
        plan.note(step, at: now, isComplete: result.failure == nil)
        outcome.newActivities += result.new
        outcome.unreadable += result.unreadable
        outcome.late += result.late
        outcome.tooLate += result.tooLate
        progress.activities = before + result.new
        state?.eventsCompleteUntil = result.completeUntil
        try await count(unknownFields: result.unknownFields, of: UnknownField.events, at: now)
        try await noteGap(result, at: now + sourceLead)
        if let failure = result.failure, isStop(failure) {
            outcome.wasStopped = true
            return
        }
        outcome.unknownEventTypes = try await namedUnknownTypes()
        outcome.unknownFields = try await ledger?.unknownFields(connection: connection) ?? []
        guard let failure = result.failure else { return }
        outcome.failures.append(failure)
        if let wait = failure.retryAfter { plan.wait(wait, from: now) }
    }

    /// Polls when a poll is due although a copy is not done: a list of 200,000 users takes an hour.
    ///
    /// A failure is the next poll's to tell, since one comes when the copy is read.
    func pollBetweenPages() async throws {
        let now = clock.now()
        guard !stopSignal.isStopped, plan.wantsActivities(at: now), let state else { return }
        let copied = progress
        var outcome = SyncOutcome(status: status, state: state, nextDue: now)
        try await pollActivities(.activities, at: now, &outcome)
        progress = copied
        log(outcome.failures)
        outcome.state = self.state ?? state
        guard !outcome.wasStopped else { return }
        try await onActivities(outcome)
    }

    private func noteActivities(_ new: Int) async throws {
        progress.stage = "activities"
        progress.activities += new
        try await tell(isUrgent: false)
    }

    /// How far the source's clock is ahead of ours, when that is more than the way of an answer explains.
    var sourceLead: TimeSpan {
        guard let seconds = state?.clockSkewSeconds, abs(seconds) > 30 else { return .zero }
        return .seconds(seconds)
    }

    /// Keeps the ledger of gaps: one opens when polls fail for long, and closes with what was fetched later.
    private func noteGap(_ result: ActivityPoll.Result, at now: Timestamp) async throws {
        guard let ledger, let from = result.wasCompleteUntil else { return }
        let isLong = now - from > cadence.gapThreshold
        var gap = openGap ?? SourceGap(source: .api, from: from, reason: "nothing was fetched")
        if let failure = result.failure {
            guard isLong else { return }
            if !isStop(failure) { gap.reason = "\(failure.attempt): \(failure.answer)" }
            gap.backfilled += result.new
            openGap = gap
        } else {
            guard isLong || openGap != nil else { return }
            gap.until = now
            gap.backfilled += result.new
            openGap = nil
        }
        try await ledger.keep(gap, connection: connection)
    }

    // MARK: What is kept

    /// The state to go on from: the ledger's at the first pass, then our own.
    private func restored(at now: Timestamp) async throws -> ConnectionState {
        if let state { return state }
        let kept = try await ledger?.state(connection: connection)
        plan.restore(factors: kept?.factorsReadAt)
        openGap = try await ledger?.gaps(connection: connection, limit: 10)
            .first { $0.until == nil && $0.source == .api }
        let state = kept ?? ConnectionState(since: now)
        self.state = state
        return state
    }

    /// What the source says of itself: what is left of its calls, and its clock.
    private func noteHealth(_ outcome: inout SyncOutcome) async throws {
        let health = await source.health()
        if let budget = health.budget { state?.budget = budget }
        if let skew = health.clockSkewSeconds { state?.clockSkewSeconds = skew }
        if let failure = health.skewFailure, !outcome.failures.contains(where: { $0.cause == .clockSkew }) {
            outcome.failures.append(failure)
        }
    }

    private func keep(_ state: ConnectionState) async throws {
        self.state = state
        keptAt = clock.now()
        try await ledger?.keep(state, connection: connection)
    }

    /// Tells and keeps how far a copy has come; at most once a second unless it is urgent.
    func tell(isUrgent: Bool) async throws {
        await onProgress(progress)
        let now = clock.now()
        if !isUrgent, let keptAt, now - keptAt < .seconds(1) { return }
        guard var state else { return }
        state.progress = progress
        state.checkedAt = now
        if state.word == .connecting { state.become(.initialSync, nil, at: now) }
        try await keep(state)
    }
}

extension ConnectionStatus {
    var stateWord: ConnectionState.Word {
        switch self {
        case .connecting: .connecting
        case .initialSync: .initialSync
        case .connected: .connected
        case .degraded: .degraded
        case .failed: .failed
        }
    }
}
