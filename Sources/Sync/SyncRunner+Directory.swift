import Directory
import Timekeeping

/// Copies of the directory: staged, compared, made current or held.
extension SyncRunner {
    func copyDirectory(
        _ step: SyncPlan.Step, readsFactors: Bool, at now: Timestamp, _ outcome: inout SyncOutcome
    ) async throws {
        let before = try await facts.currentSnapshot(connection: connection)
        let point = try await startingPoint(before, at: now)
        let carried = try await carried(from: before, readsFactors: readsFactors, at: now)
        let copy = DirectoryCopy(
            source: source, facts: facts, connection: connection, cadence: cadence, before: before,
            givenUp: givenUp(at: now),
            onPage: { [self] in try await noteProgress($0, total: $1, $2, before: before) })
        begin(point, at: now)
        let result = try await copy.stage(point, carried: carried)
        progress.records = result.records
        outcome.unreadable += result.unreadable.values.reduce(0, +)
        outcome.availability = result.availability
        noteReach(result, at: now)
        if let failure = result.failure {
            outcome.failures.append(failure)
            if before == nil, failure.cause.isPassing, result.records > 0 {
                // A first copy goes on where it stopped; nothing of it is current yet.
                state?.resume = result.resume
                plan.note(step, at: now, isComplete: false)
                plan.resumeDirectory(at: now)
                return
            }
        }
        try await finish(step, point.generation, result, before, carried, at: now, &outcome)
    }

    /// Compares what was staged, and makes it current unless something is incomplete or much is missing.
    private func finish(
        _ step: SyncPlan.Step, _ generation: Generation, _ result: DirectoryCopy.Result,
        _ before: DirectorySnapshot?, _ carried: DirectoryCopy.Carried, at now: Timestamp,
        _ outcome: inout SyncOutcome
    ) async throws {
        var availability = result.availability
        var derived: ActivityBatch?
        if result.failure == nil, let before {
            let news = try await compare(before, generation, result, at: now, &outcome)
            derived = news.derived
            if let loss = news.loss {
                availability[loss.kind] = .incomplete
                state?.heldLoss = loss
                outcome.failures.append(loss.failure)
            } else if outcome.failures.isEmpty {
                state?.heldLoss = nil
            }
        }
        let isCurrent = try await facts.finish(
            generation, availability: availability, derived: derived, connection: connection, at: now)
        outcome.availability = availability
        outcome.directoryChanged = isCurrent
        outcome.newActivities += isCurrent ? derived?.count ?? 0 : 0
        plan.note(step, at: now, isComplete: isCurrent)
        state?.resume = nil
        guard isCurrent else { return }
        state?.lastCompleteSync = now
        if case .directory(true) = step { state?.factorsReadAt = now }
        if carried.users == nil { state?.fullListAt = now }
        for (kind, availability) in result.availability where availability == .complete && !carried.has(kind) {
            let listed = state?.listedAt ?? [:]
            state?.listedAt = listed.merging([kind: generation.startedAt]) { _, new in new }
        }
    }

    /// The changes between two snapshots that no activity tells, or the loss that holds the later one.
    ///
    /// Activities are polled first, so that all that explain something are here.
    private func compare(
        _ before: DirectorySnapshot, _ generation: Generation, _ result: DirectoryCopy.Result, at now: Timestamp,
        _ outcome: inout SyncOutcome
    ) async throws -> (derived: ActivityBatch?, loss: HeldLoss?) {
        try await pollActivities(.activities, at: now, &outcome)
        guard outcome.failures.isEmpty else { return (nil, nil) }
        let told = try await facts.activities(
            connection: connection, from: before.observedAt - cadence.overlap, until: now,
            kinds: SnapshotComparison.explainingKinds)
        var explained = Set<SnapshotComparison.Change>()
        for row in 0..<told.count {
            if let change = SnapshotComparison.change(explainedBy: told.activity(at: row)) {
                explained.insert(change)
            }
        }
        let deleted = Set(explained.lazy.filter { $0.kind == "user.deleted" }.compactMap(\.userID))
        var staged = try await facts.staged(generation, connection: connection)
        staged.availability = result.availability
        staged.observedAt = now
        try await keepUnread(from: before, in: &staged, generation, result, deleted: deleted)
        let comparison = SnapshotComparison(from: before, to: staged)
        let check = LossCheck(before: before, staged: staged, explained: deleted, endedEmpty: result.endedEmpty)
        if let loss = check.loss(after: state?.heldLoss, at: now) { return (nil, loss) }
        guard !comparison.changes.isEmpty else { return (nil, nil) }
        let batch = comparison.activities(explained: explained)
        return (batch.count == 0 ? nil : batch, nil)
    }

    /// Takes over what is missing from a collection some of whose rows could not be read: they may be the missing
    /// ones, and what cannot be read is no deletion.
    private func keepUnread(
        from before: DirectorySnapshot, in staged: inout DirectorySnapshot, _ generation: Generation,
        _ result: DirectoryCopy.Result, deleted: Set<Int64>
    ) async throws {
        for kind in result.unreadable.keys.sorted() {
            guard before.availability(of: kind) == .complete else { continue }
            let found = RecordIDs(staged, kind)
            let missing = (0..<before.count(of: kind)).lazy.map { before.entity(kind, at: $0) }.filter { entity in
                if case .user(let user) = entity, deleted.contains(user.id) { return false }
                return !found.contains(entity.id)
            }
            let kept = Array(missing)
            try await facts.stage(kept, in: generation, connection: connection)
            for entity in kept { staged.append(entity) }
        }
    }

    // MARK: Where it begins

    /// A new generation, or the interrupted first one when it is not too old.
    private func startingPoint(_ before: DirectorySnapshot?, at now: Timestamp) async throws -> ResumePoint {
        if before == nil, let point = state?.resume, now - point.generation.startedAt < .days(1) { return point }
        return ResumePoint(generation: try await facts.beginGeneration(connection: connection, at: now))
    }

    /// What is taken over: factors between their readings, and in large tenants the users whom nothing has changed;
    /// those whose deletion an activity tells are left out.
    private func carried(
        from before: DirectorySnapshot?, readsFactors: Bool, at now: Timestamp
    ) async throws -> DirectoryCopy.Carried {
        var carried = DirectoryCopy.Carried()
        guard let before else { return carried }
        if !readsFactors, before.availability(of: .device) == .complete { carried.devices = before.devices }
        let isListDue = state?.fullListAt.map { $0 + cadence.fullList <= now } ?? true
        if !isListDue, !cadence.listsAllUsers(of: before.users.count), before.availability(of: .user) == .complete {
            let since = before.observedAt - cadence.overlap
            let told = try await facts.activities(
                connection: connection, from: since, until: now + cadence.lateness, kinds: ["user.deleted"])
            var gone: Set<Int64> = []
            for row in 0..<told.count {
                if let user = told.activity(at: row).integer(.userID) { gone.insert(user) }
            }
            carried.users = (before.users.filter { !gone.contains($0.id) }, since)
        }
        return carried
    }

    private func givenUp(at now: Timestamp) -> Set<EntityKind> {
        Set((state?.outOfReachSince ?? [:]).filter { $0.value + cadence.reachPatience <= now }.keys)
    }

    private func noteReach(_ result: DirectoryCopy.Result, at now: Timestamp) {
        guard var state else { return }
        for kind in result.outOfReach where state.outOfReachSince[kind] == nil { state.outOfReachSince[kind] = now }
        for (kind, availability) in result.availability where availability == .complete {
            state.outOfReachSince[kind] = nil
        }
        self.state = state
    }

    // MARK: How far it is

    private func begin(_ point: ResumePoint, at now: Timestamp) {
        progress.startedAt = point.generation.startedAt
        progress.records = point.records
        progress.stage = EntityKind.user.plural
    }

    private func noteProgress(
        _ kind: EntityKind, total: Int?, _ result: DirectoryCopy.Result, before: DirectorySnapshot?
    ) async throws {
        progress.stage = kind.plural
        progress.records = result.records
        if kind == .user, let total { progress.total = total }
        if before == nil { state?.resume = result.resume }
        try await tell(isUrgent: false)
    }
}

extension SourceFailure.Cause {
    /// Whether the same call may work a little later.
    var isPassing: Bool {
        switch self {
        case .unreachable, .rateLimited, .serverFault, .cancelled: true
        case .secretHasBlank, .credentialsRejected, .scopeMissing, .tenantUnknown, .clockSkew, .notAvailable,
            .malformedAnswer, .heldForConfirmation:
            false
        }
    }
}
