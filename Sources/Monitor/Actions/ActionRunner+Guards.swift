import Directory
import Timekeeping

/// What an action is held against: the guards of the settings, and what the journal tells of the last hour.
extension ActionRunner {
    /// How long after a change a copy may still be without it: OneLogin queues changes for so long at worst.
    private static let copyDelay = TimeSpan.minutes(5)
    /// Actions that are looked at, the latest first.
    private static let lookBack = 10_000

    /// Why an action may not be done; nil when it may.
    ///
    /// - Parameter record: Planned, or begun already; it does not count against itself.
    func refusal(
        of record: ActionRecord, to subject: ActionSubject, at now: Timestamp
    ) async throws -> ActionGuard.Refusal? {
        let since = now - .hours(1)
        let begun = try await journal.actionsBegun(connection: connection, since: since)
        let isAmongThem = record.startedAt.map { $0 >= since } ?? false
        return rules.refusal(
            of: record.action, to: subject, doneThisHour: begun - (isAmongThem ? 1 : 0),
            weakened: record.action.isWeakening ? try await weakened(except: record.id) : [],
            isUndo: record.undoes != nil)
    }

    /// Users from whom something was taken since the directory was copied, so that the copy does not show it.
    ///
    /// What was begun counts as done, and what a later action gave back, other than an undo, still as taken: either
    /// errs towards refusing, until the next copy.
    private func weakened(except id: String) async throws -> Set<Int64> {
        guard let copiedAt = rules.copiedAt else { return [] }
        let actions = try await journal.actions(connection: connection, limit: Self.lookBack)
        return Set(
            actions.lazy.filter { action in
                guard let startedAt = action.startedAt, startedAt >= copiedAt - Self.copyDelay else { return false }
                let isTaken = action.state == .running || action.state == .done
                return action.id != id && isTaken && action.action.isWeakening
            }.map(\.userID))
    }
}
