public import Directory
public import Timekeeping

/// Plans, does and undoes actions in one tenant, with the journal as its memory.
///
/// Every action is asked for its guards twice, when it is planned and when it is done. It is written down before it is
/// sent, and one whose outcome is not known is looked at before it is sent again: run twice, it acts once. So it is
/// when several processes run it at once: who has claimed it in the journal is at it, the others are told so.
public struct ActionRunner: Sendable {
    /// Why nothing came of a request.
    public enum Problem: Error, Hashable, Sendable {
        case unknownAction(String)
        case refused(ActionGuard.Refusal)
        case cannotBeUndone(String)
        /// Another process is at it, and may be until a moment.
        case inProgress(until: Timestamp)
        case cannotBeDismissed(ActionRecord.State)
        case source(SourceFailure)
    }

    /// How long a process may be at an action before another may take it to have ended: longer than its calls last.
    static let claim = TimeSpan.minutes(5)

    /// What was asked for.
    public struct Request: Hashable, Sendable {
        public var action: TenantAction
        public var userID: Int64
        public var reason: String
        public var requestedBy: String

        public init(_ action: TenantAction, userID: Int64, reason: String, requestedBy: String) {
            self.action = action
            self.userID = userID
            self.reason = reason
            self.requestedBy = requestedBy
        }
    }

    let connection: String
    private let tenant: any TenantActing
    let journal: any ActionJournal
    let rules: ActionGuard
    let clock: any WallClock

    public init(
        connection: String, tenant: any TenantActing, journal: any ActionJournal, rules: ActionGuard,
        clock: any WallClock
    ) {
        self.connection = connection
        self.tenant = tenant
        self.journal = journal
        self.rules = rules
        self.clock = clock
    }

    /// Looks at the user and the guards and writes the plan down; nothing is done.
    public func plan(_ request: Request) async throws -> ActionRecord {
        try await plan(request, undoing: nil)
    }

    /// - Parameter undone: The action whose inverse it is.
    private func plan(_ request: Request, undoing undone: String?) async throws -> ActionRecord {
        let now = clock.now()
        let subject = try await subject(request.userID)
        var record = ActionRecord(
            id: ActionRecord.id(
                of: "\(connection)|\(request.action.summary)|\(request.userID)|\(request.reason)|\(now.rfc3339)"),
            connection: connection, action: request.action,
            userID: request.userID, username: subject.username, reason: request.reason,
            requestedBy: request.requestedBy, plannedAt: now)
        record.before = subject
        record.undoes = undone
        if let refusal = try await refusal(of: record, to: subject, at: now) {
            throw Problem.refused(refusal)
        }
        record.note =
            request.action.holds(for: subject) == true
            ? "the user is so already: nothing would be done" : "planned"
        try await journal.keep(record, at: now)
        return record
    }

    /// What running a plan would come to now; nothing is done and nothing is written.
    public func preview(_ id: String) async throws -> ActionRecord {
        var record = try await record(id)
        guard record.state.isAhead else { return record }
        let subject = try await subject(record.userID)
        if let refusal = try await refusal(of: record, to: subject, at: clock.now()) {
            record.note = "would be refused: \(refusal)"
        } else if record.action.holds(for: subject) == true {
            record.note = "nothing would be done: the user is so already"
        } else {
            record.note = "would be done"
        }
        return record
    }

    /// Does a planned or proposed action; one that was done is not done again.
    ///
    /// - Parameter approver: Who approves what a policy proposed.
    public func run(_ id: String, approvedBy approver: String) async throws -> ActionRecord {
        let known = try await record(id)
        guard known.state.isAhead else { return known }
        guard var record = try await claimed(known) else {
            // Somebody else was quicker: what they made of it is the answer, or that they are at it.
            let now = try await self.record(id)
            if now.state.isAhead { throw Problem.inProgress(until: now.claimedUntil ?? clock.now()) }
            return now
        }
        do {
            return try await carryOut(&record, wasBegun: known.state == .running, approver)
        } catch {
            // Nobody is at it any more; when this cannot be kept, the claim ends by itself.
            record.claimedUntil = nil
            try? await journal.keep(record, at: clock.now())
            throw error
        }
    }

    private func carryOut(
        _ record: inout ActionRecord, wasBegun: Bool, _ approver: String
    ) async throws -> ActionRecord {
        if record.state == .proposed { record.approvedBy = approver }
        let subject = try await subject(record.userID)
        if wasBegun, try await wasDone(record, subject) {
            return try await end(&record, .done, "done by an earlier try whose answer did not arrive")
        }
        if let refusal = try await refusal(of: record, to: subject, at: clock.now()) {
            return try await end(&record, .refused, "\(refusal)")
        }
        if !wasBegun {
            if record.action.holds(for: subject) == true {
                return try await end(&record, .already, "the user was so already")
            }
            record.before = subject
            record.startedAt = clock.now()
        }
        record.state = .running
        record.note = "sent"
        try await journal.keep(record, at: clock.now())
        if !wasBegun, let refusal = try await refusal(of: record, to: subject, at: clock.now()) {
            // Another process has begun one since the guards were asked.
            record.startedAt = nil
            return try await end(&record, .refused, "\(refusal)")
        }
        do throws(SourceFailure) {
            try await tenant.perform(record.action, userID: record.userID)
        } catch {
            let words = "\(error.attempt): \(error.answer)"
            guard error.cause.isUncertain else {
                return try await end(&record, .failed, "\(error.cause.rawValue): \(words); \(error.remedy)")
            }
            record.note = "not known whether it was done: \(words)"
            throw Problem.source(error)
        }
        return try await end(&record, .done, "done")
    }

    /// Gives back what was there before an action that was done.
    public func undo(_ id: String, requestedBy: String) async throws -> ActionRecord {
        let known = try await record(id)
        if known.state == .undone {
            let undoing = try await journal.actions(connection: connection, limit: 10_000).first { $0.undoes == id }
            if let undoing { return undoing }
        }
        guard known.state == .done, known.before != nil else {
            throw Problem.cannotBeUndone("it is \(known.state.rawValue), so there is nothing to undo")
        }
        guard var record = try await claimed(known) else {
            throw Problem.inProgress(until: try await self.record(id).claimedUntil ?? clock.now())
        }
        do {
            let undoing = try await takeBack(record, requestedBy: requestedBy)
            if undoing.state == .done || undoing.state == .already {
                record.state = .undone
                record.note = "undone by \(undoing.id)"
            }
            record.claimedUntil = nil
            try await journal.keep(record, at: clock.now())
            return undoing
        } catch {
            record.claimedUntil = nil
            try? await journal.keep(record, at: clock.now())
            throw error
        }
    }

    private func takeBack(_ record: ActionRecord, requestedBy: String) async throws -> ActionRecord {
        let current = try await subject(record.userID)
        guard let before = record.before, let inverse = Self.inverse(record.action, before, current) else {
            throw Problem.cannotBeUndone("nothing gives back what `\(record.action.word)` took")
        }
        let undoing = try await plan(
            Request(inverse, userID: record.userID, reason: "undoes \(record.id)", requestedBy: requestedBy),
            undoing: record.id)
        return try await run(undoing.id, approvedBy: requestedBy)
    }

    /// Says that nobody wants a proposal; nothing is done, and the same alert does not propose it again.
    ///
    /// - Parameter reason: Why; it stays in the journal.
    public func dismiss(_ id: String, by person: String, reason: String) async throws -> ActionRecord {
        let known = try await record(id)
        if known.state == .dismissed { return known }
        var record = known
        record.state = .dismissed
        record.dismissedBy = person
        record.finishedAt = clock.now()
        record.note = "dismissed by \(person): \(reason)"
        guard known.state == .proposed, !isClaimed(known) else { throw Problem.cannotBeDismissed(known.state) }
        guard try await journal.keep(record, replacing: known, at: clock.now()) else {
            throw Problem.cannotBeDismissed(try await self.record(id).state)
        }
        return record
    }

    // MARK: Whose it is

    private func record(_ id: String) async throws -> ActionRecord {
        guard let record = try await journal.action(id: id), record.connection == connection else {
            throw Problem.unknownAction(id)
        }
        return record
    }

    /// Whether another process is at it, as far as the journal tells.
    private func isClaimed(_ record: ActionRecord) -> Bool { record.claimedUntil.map { clock.now() < $0 } ?? false }

    /// Claims an action for this process; nil when another has it.
    private func claimed(_ known: ActionRecord) async throws -> ActionRecord? {
        guard !isClaimed(known) else { return nil }
        var record = known
        record.claimedUntil = clock.now() + Self.claim
        return try await journal.keep(record, replacing: known, at: clock.now()) ? record : nil
    }

    // MARK: Steps

    /// A locked user is unlocked, not made active: that is another call.
    private static func inverse(
        _ action: TenantAction, _ before: ActionSubject, _ current: ActionSubject
    ) -> TenantAction? {
        let inverse = action.inverse(from: before)
        if inverse == .reactivate, current.status == .locked { return .unlock }
        return inverse
    }

    private func subject(_ id: Int64) async throws -> ActionSubject {
        do throws(SourceFailure) {
            return try await tenant.subject(userID: id)
        } catch {
            throw Problem.source(error)
        }
    }

    private func wasDone(_ record: ActionRecord, _ subject: ActionSubject) async throws -> Bool {
        if let holds = record.action.holds(for: subject) { return holds }
        do throws(SourceFailure) {
            return try await tenant.sessionsEnded(
                userID: record.userID, since: (record.startedAt ?? record.plannedAt) - .seconds(1))
        } catch {
            throw Problem.source(error)
        }
    }

    private func end(
        _ record: inout ActionRecord, _ state: ActionRecord.State, _ note: String
    ) async throws -> ActionRecord {
        record.state = state
        record.note = note
        record.claimedUntil = nil
        record.finishedAt = clock.now()
        try await journal.keep(record, at: clock.now())
        return record
    }
}

extension ActionRecord.State {
    /// Whether something may still be done.
    fileprivate var isAhead: Bool { self == .proposed || self == .planned || self == .running }
}

extension SourceFailure.Cause {
    /// Whether a change may have been made all the same.
    var isUncertain: Bool {
        switch self {
        case .unreachable, .serverFault, .malformedAnswer, .cancelled: true
        case .secretHasBlank, .credentialsRejected, .scopeMissing, .notAvailable, .refused, .tenantUnknown,
            .rateLimited, .clockSkew, .heldForConfirmation:
            false
        }
    }
}
