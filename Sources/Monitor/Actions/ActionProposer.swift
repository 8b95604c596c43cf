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

    /// What came of looking at alerts.
    public struct Outcome: Hashable, Sendable {
        /// Proposals that are new.
        public var new = 0
        /// People of the alerts, beyond the limit, for whom nothing is proposed.
        public var leftOut = 0

        public init() {}
    }

    private struct Target: Hashable {
        let user: Int64
        let action: TenantAction
    }

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
    public func propose(for alerts: [Alert], at now: Timestamp) async throws -> Outcome {
        var outcome = Outcome()
        for alert in alerts where alert.status == .open {
            guard let bound = bindings["\(alert.binding.policy)/\(alert.binding.rule)"] else { continue }
            for proposal in bound.proposals where allowed.map({ $0.contains(proposal.action) }) ?? true {
                let targets = try await targets(of: proposal, in: alert, bound)
                let leftOut = max(0, targets.count - Self.peopleLimit)
                outcome.leftOut += leftOut
                for target in targets.prefix(Self.peopleLimit) {
                    if try await keep(target.action, target.user, alert, leftOut, at: now) { outcome.new += 1 }
                }
            }
        }
        return outcome
    }

    private func keep(
        _ action: TenantAction, _ user: Int64, _ alert: Alert, _ leftOut: Int, at now: Timestamp
    ) async throws -> Bool {
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
        if leftOut > 0 {
            record.note += "; \(leftOut) more of this alert are not proposed, since it is \(Self.peopleLimit) at most"
        }
        return try await journal.keep(record, replacing: nil, at: now)
    }

    /// Whom an alert is about, and what is to be done with each, by id.
    private func targets(of proposal: Proposal, in alert: Alert, _ bound: BoundRule) async throws -> [Target] {
        if case .state(let body) = bound.body {
            guard proposal.person == .user, body.each == "user", body.group == nil,
                case .int(let id)? = alert.dedupKey.key.first, let action = TenantAction(proposal, of: nil)
            else { return [] }
            return [Target(user: id, action: action)]
        }
        let batch = try await facts.activities(connection: connection, ids: alert.activityIDs)
        var targets: Set<Target> = []
        for row in 0..<batch.count {
            let activity = batch.activity(at: row)
            guard let id = activity.integer(proposal.person == .user ? .userID : .actorID),
                let action = TenantAction(proposal, of: activity)
            else { continue }
            targets.insert(Target(user: id, action: action))
        }
        return targets.sorted { ($0.user, $0.action.summary) < ($1.user, $1.action.summary) }
    }
}

extension TenantAction {
    /// The action that a proposal means; nil when the activity does not name what it is done with.
    init?(_ proposal: Proposal, of activity: Activity?) {
        if let action = TenantAction(word: proposal.action) {
            self = action
            return
        }
        func id(_ field: ActivityField) -> Int64? {
            switch proposal.argument {
            case .nothing: nil
            case .id(let id): id
            case .ofActivity: activity?.integer(field)
            }
        }
        switch proposal.action {
        case "set-group":
            guard case .id(let group) = proposal.argument else { return nil }
            self = .setGroup(group)
        case "add-role":
            guard let role = id(.roleID) else { return nil }
            self = .addRole(role)
        case "remove-role":
            guard let role = id(.roleID) else { return nil }
            self = .removeRole(role)
        case "remove-factor":
            guard let factor = id(.deviceID) else { return nil }
            self = .removeFactor(String(factor))
        default: return nil
        }
    }
}
