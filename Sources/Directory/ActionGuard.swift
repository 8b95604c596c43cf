public import Timekeeping

/// What must hold before anything is done to a user: decided from values, so that a table can show all of it.
public struct ActionGuard: Hashable, Sendable {
    /// Why an action is not done.
    public enum Refusal: Error, Hashable, Sendable {
        case off
        case kindNotAllowed(String)
        /// The account is on the list of those that nothing is done to.
        case breakGlass(String)
        case capReached(perHour: Int)
        case lastSuperUser(String)
        /// It would weaken a user, and nobody can tell who the super users are.
        case superUsersUnknown
    }

    public var isOn: Bool
    /// Kinds by their words; nil for all.
    public var allowed: Set<String>?
    public var perHour: Int
    /// User names, e-mail addresses and ids.
    public var never: Set<String>
    /// Ids of the active super users; nil when they are not known.
    public var activeSuperUsers: Set<Int64>?
    /// The moment whose directory ``activeSuperUsers`` are of; nil when they are of no copy.
    public var copiedAt: Timestamp?

    public init(
        isOn: Bool, allowed: Set<String>? = nil, perHour: Int, never: some Sequence<String>,
        activeSuperUsers: Set<Int64>?, copiedAt: Timestamp? = nil
    ) {
        self.isOn = isOn
        self.allowed = allowed
        self.perHour = perHour
        self.never = Set(never.map { $0.lowercased() })
        self.activeSuperUsers = activeSuperUsers
        self.copiedAt = copiedAt
    }

    /// Why an action may not be done; nil when it may.
    ///
    /// - Parameters:
    ///   - doneThisHour: Actions of the connection in the last hour, undone ones with them.
    ///   - weakened: Users from whom something was taken since ``activeSuperUsers`` was read.
    ///   - isUndo: It gives back what an action took: who may do that one may undo it.
    public func refusal(
        of action: TenantAction, to subject: ActionSubject, doneThisHour: Int, weakened: Set<Int64> = [],
        isUndo: Bool = false
    ) -> Refusal? {
        guard isOn else { return .off }
        if let allowed, !isUndo, !allowed.contains(action.word) { return .kindNotAllowed(action.word) }
        let names = [subject.username, subject.email ?? "", String(subject.id)].map { $0.lowercased() }
        if names.contains(where: { !$0.isEmpty && never.contains($0) }) { return .breakGlass(subject.username) }
        if action.isWeakening {
            guard let activeSuperUsers else { return .superUsersUnknown }
            let others = activeSuperUsers.subtracting(weakened).subtracting([subject.id])
            if activeSuperUsers.contains(subject.id), others.isEmpty { return .lastSuperUser(subject.username) }
        }
        return doneThisHour < perHour ? nil : .capReached(perHour: perHour)
    }
}

extension ActionGuard.Refusal: CustomStringConvertible {
    /// Why, as a clause.
    public var description: String {
        switch self {
        case .off: "actions are off"
        case .kindNotAllowed(let word): "`\(word)` is not among the actions that settings allow"
        case .breakGlass(let name): "nothing is done to `\(name)`: settings name it under `never`"
        case .capReached(let perHour): "\(perHour) actions have been done in this hour, which is the limit"
        case .lastSuperUser(let name): "`\(name)` is the last active super user"
        case .superUsersUnknown: "who the super users are is not known, so the last one could be hit"
        }
    }

    /// What to do next, in the imperative.
    public var remedy: String {
        switch self {
        case .off: "set `actions.enabled: true` of the connection, with a credential of its own"
        case .kindNotAllowed: "add it to `actions.allow` of the connection"
        case .breakGlass: "choose another user"
        case .capReached: "wait, or raise `actions.per_hour` of the connection"
        case .lastSuperUser: "make another super user first, and sync"
        case .superUsersUnknown: "sync once, and say in `super_users` of the connection how they are told"
        }
    }
}
