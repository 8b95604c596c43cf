import Alerting
import RuleLanguage
import Timekeeping

/// The operational finding that a rule forgets keys, activities or values because it holds as many as it may.
///
/// What it forgets it cannot count, so silence of such a rule is no assurance. One is raised an hour of the
/// activities' time while keys leave, so that live and in replay the same ones are.
enum RoomFinding {
    /// No rule can have this id: it is not in kebab case.
    static let rule = "tocsin:no-room-for-keys"
    /// How long findings of one rule are one episode, and how soon the next is raised.
    static let interval = TimeSpan.hours(1)

    /// What there was no room for, and how often.
    struct Lacks: Equatable {
        var keys = 0
        var activities = 0
        var values = 0

        var count: Int { keys &+ activities &+ values }

        /// What a finding is titled by.
        var what: String { keys > 0 ? "keys" : activities > 0 ? "activities" : "values" }
    }

    static func finding(
        of rule: ActivityRule, _ lacks: Lacks, keyLimit: Int, activity id: String, at time: Timestamp
    ) -> Finding {
        let name = rule.bound.rule.id
        let binding = RuleBinding(connection: rule.binding.connection, policy: rule.bound.policy, rule: Self.rule)
        let forgotten = [
            lacks.keys > 0 ? "keys or sequences (\(keyLimit) keys at most): \(lacks.keys) so far" : nil,
            lacks.activities > 0 ? "activities in its windows: \(lacks.activities) so far" : nil,
            lacks.values > 0 ? "values in its profiles: \(lacks.values) so far" : nil,
        ].compactMap { $0 }.joined(separator: ", and of ")
        let message = "`\(name)` has no room for more, and forgot the oldest of \(forgotten)"
        return Finding(
            dedupKey: DedupKey(binding: binding, key: [.text(name)]),
            origin: .activity(id: id, cooldown: interval), severity: .medium, time: time,
            title: "A rule has no room for more \(lacks.what)",
            message: message,
            evidence: [
                Finding.Evidence(name: "rule", value: .text(name)),
                Finding.Evidence(name: "evicted", value: .int(Int64(lacks.keys))),
                Finding.Evidence(name: "passed_over", value: .int(Int64(lacks.activities &+ lacks.values))),
                Finding.Evidence(name: "key_limit", value: .int(Int64(keyLimit))),
            ],
            activityIDs: [id], hold: .zero, receivers: rule.bound.receivers)
    }
}

extension ActivityEngine {
    /// Raises the finding that a unit has no room, once an hour.
    func noteRoom(_ unit: OrderedUnit, _ activity: Observed) {
        let lacks = unit.lacks
        unit.lacksNoted = lacks
        guard activity.time >= unit.nextRoomFinding else { return }
        unit.nextRoomFinding = activity.time + RoomFinding.interval
        for rule in unit.rules where activity.time >= rule.activeFrom {
            let finding = RoomFinding.finding(
                of: rule, lacks, keyLimit: keyLimit, activity: activity.id, at: activity.time)
            _ = collector.add(finding, .activities([activity.id]))
        }
    }
}
