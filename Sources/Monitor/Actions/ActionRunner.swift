public import Directory
public import Timekeeping

/// Plans, does and undoes actions in one tenant, with the journal as its memory.
///
/// Every action is asked for its guards twice, when it is planned and when it is done. It is written down before it is
/// sent, and one whose outcome is not known is looked at before it is sent again: run twice, it acts once.
public struct ActionRunner: Sendable {
    /// Why nothing came of a request.
    public enum Problem: Error, Hashable, Sendable {
        case unknownAction(String)
        case refused(ActionGuard.Refusal)
        case cannotBeUndone(String)
        case source(SourceFailure)
    }

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

    private let connection: String
    private let tenant: any TenantActing
    private let journal: any ActionJournal
    private let rules: ActionGuard
    private let clock: any WallClock

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
        let now = clock.now()
        let subject = try await subject(request.userID)
        var record = ActionRecord(
            id: ActionRecord.id(
                of: "\(connection)|\(request.action.summary)|\(request.userID)|\(request.reason)|\(now.rfc3339)"),
            connection: connection, action: request.action,
            userID: request.userID, username: subject.username, reason: request.reason,
            requestedBy: request.requestedBy, plannedAt: now)
        record.before = subject
        if let refusal = try await refusal(of: request.action, to: subject, at: now) {
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
        guard var record = try await journal.action(id: id), record.connection == connection else {
            throw Problem.unknownAction(id)
        }
        guard record.state.isAhead else { return record }
        let subject = try await subject(record.userID)
        if let refusal = try await refusal(of: record.action, to: subject, at: clock.now()) {
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
        guard var record = try await journal.action(id: id), record.connection == connection else {
            throw Problem.unknownAction(id)
        }
        guard record.state.isAhead else { return record }
        if record.state == .proposed { record.approvedBy = approver }
        let wasBegun = record.state == .running
        let subject = try await subject(record.userID)
        if wasBegun, try await wasDone(record, subject) {
            return try await end(&record, .done, "done by an earlier try whose answer did not arrive")
        }
        if !wasBegun {
            if let refusal = try await refusal(of: record.action, to: subject, at: clock.now()) {
                return try await end(&record, .refused, "\(refusal)")
            }
            if record.action.holds(for: subject) == true {
                return try await end(&record, .already, "the user was so already")
            }
            record.before = subject
            record.startedAt = clock.now()
        }
        record.state = .running
        record.note = "sent"
        try await journal.keep(record, at: clock.now())
        do throws(SourceFailure) {
            try await tenant.perform(record.action, userID: record.userID)
        } catch {
            let words = "\(error.attempt): \(error.answer)"
            guard error.cause.isUncertain else { return try await end(&record, .failed, words) }
            record.note = "not known whether it was done: \(words)"
            try await journal.keep(record, at: clock.now())
            throw Problem.source(error)
        }
        return try await end(&record, .done, "done")
    }

    /// Gives back what was there before an action that was done.
    public func undo(_ id: String, requestedBy: String) async throws -> ActionRecord {
        guard var record = try await journal.action(id: id), record.connection == connection else {
            throw Problem.unknownAction(id)
        }
        if record.state == .undone {
            let undoing = try await journal.actions(connection: connection, limit: 10_000).first { $0.undoes == id }
            if let undoing { return undoing }
        }
        guard record.state == .done, let before = record.before else {
            throw Problem.cannotBeUndone("it is \(record.state.rawValue), so there is nothing to undo")
        }
        let current = try await subject(record.userID)
        guard let inverse = Self.inverse(record.action, before, current) else {
            throw Problem.cannotBeUndone("nothing gives back what `\(record.action.word)` took")
        }
        var undoing = try await plan(
            Request(inverse, userID: record.userID, reason: "undoes \(id)", requestedBy: requestedBy))
        undoing.undoes = id
        try await journal.keep(undoing, at: clock.now())
        undoing = try await run(undoing.id, approvedBy: requestedBy)
        guard undoing.state == .done || undoing.state == .already else { return undoing }
        record.state = .undone
        record.note = "undone by \(undoing.id)"
        try await journal.keep(record, at: clock.now())
        return undoing
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

    private func refusal(
        of action: TenantAction, to subject: ActionSubject, at now: Timestamp
    ) async throws -> ActionGuard.Refusal? {
        let done = try await journal.actionsBegun(connection: connection, since: now - .hours(1))
        return rules.refusal(of: action, to: subject, doneThisHour: done)
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
        case .secretHasBlank, .credentialsRejected, .scopeMissing, .notAvailable, .tenantUnknown, .rateLimited,
            .clockSkew, .heldForConfirmation:
            false
        }
    }
}
