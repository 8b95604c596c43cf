import Alerting
import Evaluation
import RuleLanguage
import Timekeeping

/// What rules could not evaluate, as alerts of their own: an error is neither true nor false, and so silence of such a
/// rule is no assurance.
///
/// One alert a rule, while it goes on: an activity rule's ends an hour after its last error, a state rule's with the
/// next directory that it can judge.
struct RuleHealth {
    /// How long a rule over activities must go without an error.
    static let patience = TimeSpan.hours(1)

    private struct Trouble {
        var errors = 0
        var causes: [String] = []
        /// When it was noted last.
        var last: Timestamp
        /// Whether it lasts until a state rule can judge a directory.
        var isOfState = false
    }

    private let binding: RuleBinding
    /// Errors of each activity rule that have been told.
    private var told: [RuleBinding: Int] = [:]
    private var troubles: [RuleBinding: Trouble] = [:]
    private var isNew = false

    /// - Parameters:
    ///   - statistics: Of the engine as it begins: its errors have been told.
    ///   - alerts: Live alerts, of which those of before go on.
    init(connection: String, _ statistics: [(binding: RuleBinding, statistics: RuleStatistics)], _ alerts: [Alert]) {
        binding = Self.binding(connection)
        told = Dictionary(statistics.map { ($0.binding, $0.statistics.errors) }) { first, _ in first }
        for alert in alerts where alert.binding == binding {
            guard case .text(let policy)? = alert.dedupKey.key.first, case .text(let rule)? = alert.dedupKey.key.last
            else { continue }
            let name = RuleBinding(connection: connection, policy: policy, rule: rule)
            troubles[name] = Trouble(causes: Self.causes(of: alert), last: alert.lastSeenAt)
        }
    }

    static func binding(_ connection: String) -> RuleBinding {
        RuleBinding(connection: connection, policy: OwnRule.policy, rule: OwnRule.ruleErrors.rawValue)
    }

    /// Takes in how far activity rules came.
    mutating func note(_ statistics: [(binding: RuleBinding, statistics: RuleStatistics)], at now: Timestamp) {
        for (rule, numbers) in statistics {
            let new = numbers.errors - told[rule, default: 0]
            guard new > 0 else { continue }
            told[rule] = numbers.errors
            let errors = (troubles[rule]?.errors ?? 0) + new
            troubles[rule] = Trouble(errors: errors, causes: numbers.causes.keys.sorted(), last: now)
            isNew = true
        }
    }

    /// Takes in what state rules said of a directory.
    mutating func note(_ verdicts: [RuleBinding: Verdict], at now: Timestamp) {
        for (rule, verdict) in verdicts {
            if case .error(let causes) = verdict {
                isNew = isNew || troubles[rule]?.causes != causes
                troubles[rule] = Trouble(causes: causes, last: now, isOfState: true)
            } else if troubles.removeValue(forKey: rule) != nil {
                isNew = true
            }
        }
    }

    /// What there is to say at a moment; nil when nothing changed.
    mutating func evaluation(at now: Timestamp) -> StateEvaluation? {
        let count = troubles.count
        troubles = troubles.filter { $0.value.isOfState || now < $0.value.last + Self.patience }
        guard isNew || troubles.count < count else { return nil }
        isNew = false
        let generation = now.milliseconds
        let findings = troubles.sorted { $0.key < $1.key }.map { finding($0, $1, generation) }
        return StateEvaluation(
            binding: binding, generation: generation, time: now, verdict: findings.isEmpty ? .pass : .fail,
            findings: findings)
    }

    private func finding(_ rule: RuleBinding, _ trouble: Trouble, _ generation: Int64) -> Finding {
        let causes = trouble.causes.joined(separator: "; ")
        return Finding(
            dedupKey: DedupKey(binding: binding, key: [.text(rule.policy), .text(rule.rule)]),
            origin: .state(generation: generation), severity: .medium, time: trouble.last,
            title: "A rule cannot be evaluated",
            message: "`\(rule.rule)` of policy `\(rule.policy)` had no answer: \(causes)",
            evidence: [
                Finding.Evidence(name: "policy", value: .text(rule.policy)),
                Finding.Evidence(name: "rule", value: .text(rule.rule)),
                Finding.Evidence(name: Self.causesName, value: .list(trouble.causes.map(EvidenceValue.text))),
                Finding.Evidence(name: "errors", value: .int(Int64(trouble.errors))),
            ], hold: .zero)
    }

    private static let causesName = "causes"

    private static func causes(of alert: Alert) -> [String] {
        guard case .list(let values)? = alert.evidence.first(where: { $0.name == causesName })?.value else { return [] }
        return values.compactMap { if case .text(let text) = $0 { text } else { nil } }
    }
}
