public import Alerting
public import Directory
public import RuleLanguage
public import Timekeeping

/// Writes actions down that policies want because of alerts; a person approves each by running it, or nothing is done.
///
/// A proposal's id is derived from the alert, the action and the user, so that an alert proposes it once however often
/// it is looked at.
public struct ActionProposer: Sendable {
    /// People of one alert for whom something is proposed.
    public static let peopleLimit = 20

    private let connection: String
    private let facts: any FactStore
    private let journal: any ActionJournal
    private let allowed: Set<String>?
    /// By policy and rule.
    private let bindings: [String: BoundRule]

    /// - Parameter allowed: Words of actions that settings allow; nil for all. Others are not proposed.
    public init(
        connection: String, book: RuleBook, facts: any FactStore, journal: any ActionJournal,
        allowed: Set<String>? = nil
    ) {
        self.connection = connection
        self.facts = facts
        self.journal = journal
        self.allowed = allowed
        bindings = Dictionary(
            book.bindings.lazy.filter { !$0.proposals.isEmpty }.map { ("\($0.policy)/\($0.rule.id)", $0) },
            uniquingKeysWith: { first, _ in first })
    }

    /// Proposes what policies want for open alerts, apart from what was proposed before.
    ///
    /// - Returns: How many proposals are new.
    public func propose(for alerts: [Alert], at now: Timestamp) async throws -> Int {
        var count = 0
        for alert in alerts where alert.status == .open {
            guard let bound = bindings["\(alert.binding.policy)/\(alert.binding.rule)"] else { continue }
            for proposal in bound.proposals where allowed.map({ $0.contains(proposal.action) }) ?? true {
                guard let action = TenantAction(word: proposal.action) else { continue }
                let people = try await people(proposal.person, of: alert, bound)
                for user in people.prefix(Self.peopleLimit) {
                    if try await keep(action, user, alert, at: now) { count += 1 }
                }
            }
        }
        return count
    }

    private func keep(_ action: TenantAction, _ user: Int64, _ alert: Alert, at now: Timestamp) async throws -> Bool {
        let id = ActionRecord.id(of: "\(alert.id)|\(action.summary)|\(user)")
        guard try await journal.action(id: id) == nil else { return false }
        let name = try await facts.currentSnapshot(connection: connection)?.users.first { $0.id == user }?.username
        var record = ActionRecord(
            id: id, connection: connection, action: action, userID: user, username: name ?? "",
            reason: "alert \(alert.id): \(alert.message)", requestedBy: "policy:\(alert.binding.policy)", plannedAt: now
        )
        record.state = .proposed
        record.alertID = alert.id
        record.note = "waits for approval: `tocsin actions run \(id)`"
        return try await journal.keep(record, replacing: nil, at: now)
    }

    /// The users that an alert is about, by id.
    private func people(_ person: Proposal.Person, of alert: Alert, _ bound: BoundRule) async throws -> [Int64] {
        if case .state(let body) = bound.body {
            guard person == .user, body.each == "user", body.group == nil, case .int(let id)? = alert.dedupKey.key.first
            else { return [] }
            return [id]
        }
        let batch = try await facts.activities(connection: connection, ids: alert.activityIDs)
        var ids: Set<Int64> = []
        for row in 0..<batch.count {
            if let id = batch.activity(at: row).integer(person == .user ? .userID : .actorID) { ids.insert(id) }
        }
        return ids.sorted()
    }
}
