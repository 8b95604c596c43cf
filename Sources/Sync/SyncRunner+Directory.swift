import Directory
import Timekeeping

/// Copies of the directory: staged, compared, made current or held.
extension SyncRunner {
    func copyDirectory(
        _ step: SyncPlan.Step, readsFactors: Bool, at now: Timestamp, _ outcome: inout SyncOutcome
    ) async throws {
        let before = try await facts.currentSnapshot(connection: connection)
        let point = try await startingPoint(before, at: now)
        let carried = try await carried(from: before, point, readsFactors: readsFactors, at: now)
        let copy = DirectoryCopy(
            source: source, facts: facts, connection: connection, cadence: cadence, before: before,
            givenUp: givenUp(at: now),
            onPage: { [self] in try await noteProgress($0, total: $1, $2, before: before) })
        begin(point, at: now)
        let result = try await copy.stage(point, carried: carried)
        progress.records = result.records
        outcome.unreadable +=
            result.unreadable.values.reduce(0, +) - (point.unreadable ?? [:]).values.reduce(0, +)
        outcome.availability = result.availability
        noteReach(result, at: now)
        for (kind, counts) in result.unknownFields {
            try await count(unknownFields: counts, of: kind.rawValue, at: now)
        }
        if let failure = result.failure {
            if isStop(failure) { outcome.wasStopped = true } else { outcome.failures.append(failure) }
            if let place = Self.goingOn(result, from: point, failure) {
                interrupt(step, place, at: now, isSoon: before == nil && failure.cause.isPassing)
                return
            }
        }
        try await finish(step, result, before, at: now, &outcome)
    }

    /// Keeps what was staged: nothing of it is current yet, and the next copy goes on with it.
    private func interrupt(_ step: SyncPlan.Step, _ place: ResumePoint, at now: Timestamp, isSoon: Bool) {
        state?.resume = place
        plan.note(step, at: now, isComplete: false)
        if isSoon { plan.resumeDirectory(at: now) }
    }

    /// Where a copy that failed goes on; nil to begin anew.
    ///
    /// A cursor that was kept and is refused now is worth nothing.
    private static func goingOn(
        _ result: DirectoryCopy.Result, from point: ResumePoint, _ failure: SourceFailure
    ) -> ResumePoint? {
        let isRefused = failure.cause == .malformedAnswer || failure.cause == .notAvailable
        let isStuck = point.cursor != nil && result.resume.cursor == point.cursor
        return isRefused && isStuck ? nil : result.goingOn
    }

    /// Compares what was staged, and makes it current unless something is incomplete or much is missing.
    private func finish(
        _ step: SyncPlan.Step, _ result: DirectoryCopy.Result, _ before: DirectorySnapshot?, at now: Timestamp,
        _ outcome: inout SyncOutcome
    ) async throws {
        let generation = result.resume.generation
        var availability = result.availability
        var news: News?
        var moment = clock.now()
        if result.failure == nil, let before {
            guard try await hasPolled(&outcome) else {
                return interrupt(step, result.resume, at: now, isSoon: true)
            }
            moment = clock.now()
            news = try await compare(before, result, at: moment)
            for loss in news?.unconfirmed ?? [] {
                availability[loss.kind] = .incomplete
                outcome.failures.append(loss.failure)
            }
            state?.heldLosses = news.flatMap { $0.unconfirmed.isEmpty ? nil : $0.losses }
        }
        let isCurrent = try await facts.finish(
            generation, availability: availability, derived: news?.derived, explained: news?.explained ?? [],
            connection: connection, at: moment)
        outcome.availability = availability
        outcome.directoryChanged = isCurrent
        outcome.newActivities += isCurrent ? news?.derived?.count ?? 0 : 0
        plan.note(step, at: now, isComplete: isCurrent)
        state?.resume = nil
        guard isCurrent else { return }
        state?.lastCompleteSync = moment
        state?.directoryReadFrom = generation.startedAt
        if let found = news?.reconciliation { state?.reconciliation = found }
        if case .directory(true) = step { state?.factorsReadAt = now }
        if !result.carried.contains(.user) { state?.fullListAt = generation.startedAt }
        for (kind, availability) in result.availability
        where availability == .complete && !result.carried.contains(kind) {
            let listed = state?.listedAt ?? [:]
            state?.listedAt = listed.merging([kind: generation.startedAt]) { _, new in new }
        }
    }

    // MARK: Where it begins

    /// A new generation, or the interrupted one when it is not too old.
    private func startingPoint(_ before: DirectorySnapshot?, at now: Timestamp) async throws -> ResumePoint {
        if let point = state?.resume, point.base == before?.generation,
            now - point.generation.startedAt < cadence.resumeLimit
        {
            return point
        }
        state?.resume = nil
        let generation = try await facts.beginGeneration(connection: connection, at: now)
        return ResumePoint(generation: generation, base: before?.generation)
    }

    /// What is taken over: collections between their readings, and in large tenants the users whom nothing has
    /// changed; those whose deletion an activity tells are left out.
    private func carried(
        from before: DirectorySnapshot?, _ point: ResumePoint, readsFactors: Bool, at now: Timestamp
    ) async throws -> DirectoryCopy.Carried {
        var carried = DirectoryCopy.Carried()
        guard let before else { return carried }
        for kind in EntityKind.allCases where before.availability(of: kind) == .complete && kind != .user {
            let isDue = cadence.isDue(
                kind, readAt: state?.listedAt?[kind], users: before.users.count, at: now)
            if kind == .device ? !readsFactors : !isDue { carried.kinds.insert(kind) }
        }
        let listsUsers = cadence.listsUsers(listedAt: state?.fullListAt, users: before.users.count, at: now)
        if !listsUsers, before.availability(of: .user) == .complete, point.availability[.user] == nil {
            let since = readFrom(before) + sourceLead - cadence.overlap
            let told = try await facts.activities(
                connection: connection, from: since, until: now + max(.zero, sourceLead) + cadence.lateness,
                kinds: ["user.deleted"])
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
        state?.resume = result.goingOn
        try await tell(isUrgent: false)
        // A first copy comes before the history of activities, which is about the people in it.
        if before != nil { try await pollBetweenPages() }
    }
}

extension SourceFailure.Cause {
    /// Whether the same call may work a little later.
    var isPassing: Bool {
        switch self {
        case .unreachable, .rateLimited, .serverFault, .cancelled: true
        case .secretHasBlank, .credentialsRejected, .scopeMissing, .tenantUnknown, .clockSkew, .notAvailable,
            .refused, .malformedAnswer, .heldForConfirmation:
            false
        }
    }
}
