import Alerting
import CEL
import FieldStorage
import RuleLanguage
import Timekeeping

/// Makes findings from a frame in which a rule's conditions hold.
struct FindingMaker {
    let connection: String
    /// Who says who the super users are; nil when nobody does.
    var superUsersBy: String?

    /// What made the conditions hold.
    enum Hit {
        case state(generation: Int64, at: Timestamp)
        case activity(id: String, at: Timestamp, cooldown: TimeSpan, activityIDs: [String])
    }

    enum Outcome {
        case finding(Finding)
        /// The exception of that name holds.
        case excepted(String)
        /// The key has no value.
        case failed
    }

    func binding(_ bound: BoundRule) -> RuleBinding {
        RuleBinding(connection: connection, policy: bound.policy, rule: bound.rule.id)
    }

    func dedupKey(_ bound: BoundRule, _ key: [EvidenceValue]) -> DedupKey {
        DedupKey(binding: binding(bound), key: key)
    }

    /// The value of `key`; nil when a part of it has none, and the frame's context says why.
    func key(_ bound: BoundRule, _ frame: RuleFrame) -> [EvidenceValue]? {
        var key: [EvidenceValue] = []
        for program in bound.key {
            guard case .success(let value) = program.value(frame.frame) else { return nil }
            key.append(EvidenceValue(value))
        }
        return key
    }

    /// The finding, unless an exception holds.
    func finding(
        _ bound: BoundRule, _ frame: RuleFrame, hit: Hit, statistics: inout RuleStatistics
    ) -> Outcome {
        guard let key = key(bound, frame) else {
            statistics.note(frame.failure)
            return .failed
        }
        let time: Timestamp
        let origin: Finding.Origin
        var ids: [String] = []
        switch hit {
        case .state(let generation, let moment):
            time = moment
            origin = .state(generation: generation)
        case .activity(let id, let moment, let cooldown, let activityIDs):
            time = moment
            origin = .activity(id: id, cooldown: cooldown)
            ids = activityIDs
        }
        if let name = exception(bound, frame, at: time, statistics: &statistics) { return .excepted(name) }
        statistics.fired += 1
        return .finding(
            Finding(
                dedupKey: dedupKey(bound, key), origin: origin, severity: severity(bound, frame), time: time,
                title: bound.rule.title, message: bound.message.text(frame.frame),
                evidence: evidence(bound, frame), activityIDs: ids, hold: bound.hold, receivers: bound.receivers))
    }

    /// The name of the first exception of the policy that holds; it is counted.
    ///
    /// One that has no value holds nothing back, and is counted as an error of the rule.
    private func exception(
        _ bound: BoundRule, _ frame: RuleFrame, at time: Timestamp, statistics: inout RuleStatistics
    ) -> String? {
        for exception in bound.exceptions where time < exception.expires {
            switch exception.when.truth(frame.frame) {
            case .no: break
            case .failed: statistics.note(frame.failure)
            case .yes:
                statistics.excepted[exception.name, default: 0] += 1
                return exception.name
            }
        }
        return nil
    }

    /// Counts what would be a finding, without making it.
    ///
    /// - Returns: Its key; nil when there would be none.
    func count(
        _ bound: BoundRule, _ frame: RuleFrame, at time: Timestamp, statistics: inout RuleStatistics
    ) -> [EvidenceValue]? {
        guard let key = key(bound, frame) else {
            statistics.note(frame.failure)
            return nil
        }
        if exception(bound, frame, at: time, statistics: &statistics) != nil { return nil }
        statistics.fired += 1
        return key
    }

    /// The first branch of `severity_when` that is true; unknown and error are not true.
    private func severity(_ bound: BoundRule, _ frame: RuleFrame) -> Severity {
        for branch in bound.severityWhen where branch.when.truth(frame.frame) == .yes { return branch.severity }
        return bound.severity
    }

    /// The variables of the rule by name, apart from `now`.
    private func evidence(_ bound: BoundRule, _ frame: RuleFrame) -> [Finding.Evidence] {
        var variables = bound.layout.variables.enumerated().compactMap { index, variable -> Finding.Evidence? in
            guard index != FrameLayout.nowIndex, let value = Value(scalarOrBox: frame.variables.slots[index]) else {
                return nil
            }
            return Finding.Evidence(name: variable.name, value: EvidenceValue(value))
        }
        if let superUsersBy, bound.readsSuperUsers {
            variables.append(Finding.Evidence(name: "super_users_by", value: .text(superUsersBy)))
        }
        guard frame.context.didCutText else { return variables }
        let words = "patterns looked at the first \(frame.context.limits.regexSubjectBytes) bytes of a longer text"
        return variables + [Finding.Evidence(name: "searched", value: .text(words))]
    }
}
