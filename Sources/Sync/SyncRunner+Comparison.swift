import Directory
import Timekeeping

/// What a copy shows against the one before.
extension SyncRunner {
    /// What comparing gave.
    struct News {
        /// Losses that need a second look, by collection; those that were held before and are confirmed, too.
        var losses: [EntityKind: HeldLoss] = [:]
        /// Those of them that no held one confirms: while there are any, the copy does not become current.
        var unconfirmed: [HeldLoss] = []
        /// Changes that no activity tells, as activities; nil when there are none.
        var derived: ActivityBatch?
        /// Changes that activities told.
        var explained: [ExplainedChange] = []
        var reconciliation: Reconciliation?
    }

    /// Polls activities before a comparison, so that all that explain something are here.
    ///
    /// A copy waits for a poll that works: without it, a loss could not be judged and changes would be derived that
    /// events tell later. It does not wait for events that this credential may not read, nor for longer than
    /// ``SyncCadence/reachPatience``; what is derived then may be told by late events a second time.
    func hasPolled(_ outcome: inout SyncOutcome) async throws -> Bool {
        let before = outcome.failures.count
        try await pollActivities(.activities, at: clock.now(), &outcome)
        // What was copied is complete, so the next start compares it.
        if stopSignal.isStopped { outcome.wasStopped = true }
        guard !outcome.wasStopped else { return false }
        guard outcome.failures.count > before, let failure = outcome.failures.last else { return true }
        if failure.cause == .scopeMissing || failure.cause == .notAvailable { return true }
        guard let complete = state?.eventsCompleteUntil else { return false }
        return complete + cadence.reachPatience <= clock.now() + sourceLead
    }

    /// The changes between two snapshots that no activity tells, and the losses that hold the later one.
    func compare(
        _ before: DirectorySnapshot, _ result: DirectoryCopy.Result, at moment: Timestamp
    ) async throws -> News {
        var told = try await explanations(before, result)
        let deleted = told.deletedUsers
        var staged = try await facts.staged(result.resume.generation, connection: connection)
        staged.availability = result.availability
        staged.observedAt = moment
        try await keepUnread(from: before, in: &staged, result, deleted: deleted)
        var news = News()
        let check = LossCheck(before: before, staged: staged, explained: deleted, endedEmpty: result.endedEmpty)
        for (loss, isConfirmed) in check.losses(after: state?.heldLosses ?? [:], at: moment) {
            news.losses[loss.kind] = loss
            if !isConfirmed { news.unconfirmed.append(loss) }
        }
        guard news.unconfirmed.isEmpty else { return news }
        let comparison = SnapshotComparison(from: before, to: staged)
        let (explained, batch) = comparison.reconciled(with: &told)
        news.derived = batch.count == 0 ? nil : batch
        news.explained = explained
        news.reconciliation = Reconciliation(at: moment, explained: explained, derived: batch)
        return news
    }

    /// When the reading of a copy was begun: what changed after it may not be in it.
    func readFrom(_ before: DirectorySnapshot) -> Timestamp { state?.directoryReadFrom ?? before.observedAt }

    /// What activities tell of the time since each collection was read before, until now by the source's clock.
    ///
    /// Between two readings a collection is taken over, so what explains a change of it may be older than the copy
    /// before.
    private func explanations(
        _ before: DirectorySnapshot, _ result: DirectoryCopy.Result
    ) async throws -> SnapshotComparison.Explanations {
        func begin(_ moment: Timestamp) -> Timestamp { moment + sourceLead - cadence.overlap }
        let copied = readFrom(before)
        var since: [EntityKind: Timestamp] = [:]
        for kind in EntityKind.allCases where !result.carried.contains(kind) {
            // Where nobody knows when it was read, it was no longer ago than its cadence.
            let atWorst = copied - cadence.interval(of: kind, users: before.users.count)
            since[kind] = begin(min(state?.listedAt?[kind] ?? atWorst, copied))
        }
        let earliest = min(since.values.min() ?? .latest, begin(copied))
        let told = try await facts.activities(
            connection: connection, from: earliest,
            until: clock.now() + max(.zero, sourceLead) + cadence.lateness, kinds: SnapshotComparison.explainingKinds)
        return SnapshotComparison.Explanations(told, since: since, else: begin(copied))
    }

    /// Takes over what is missing from a collection some of whose rows could not be read: they may be the missing
    /// ones, and what cannot be read is no deletion.
    private func keepUnread(
        from before: DirectorySnapshot, in staged: inout DirectorySnapshot, _ result: DirectoryCopy.Result,
        deleted: Set<Int64>
    ) async throws {
        for kind in result.unreadable.keys.sorted() {
            guard before.availability(of: kind) == .complete else { continue }
            let found = RecordIDs(staged, kind)
            let missing = (0..<before.count(of: kind)).lazy.map { before.entity(kind, at: $0) }.filter { entity in
                if case .user(let user) = entity, deleted.contains(user.id) { return false }
                return !found.contains(entity.id)
            }
            let kept = Array(missing)
            try await facts.stage(kept, in: result.resume.generation, connection: connection)
            for entity in kept { staged.append(entity) }
        }
    }
}
