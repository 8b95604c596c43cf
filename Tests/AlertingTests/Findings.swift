import Alerting
import Timekeeping

/// Findings of made-up rules for tests.
enum Sample {
    static let start = Timestamp(seconds: 1_767_225_600)
    static let binding = RuleBinding(connection: "acme", policy: "baseline", rule: "mfa-removed")
    static let stateBinding = RuleBinding(connection: "acme", policy: "baseline", rule: "too-many-super-users")

    /// `seconds` after ``start``.
    static func at(_ seconds: Int64) -> Timestamp { start + .seconds(seconds) }

    static func activity(
        _ seconds: Int64, id: String? = nil, key: String = "7", severity: Severity = .medium,
        message: String = "a factor was removed", cooldown: TimeSpan = .minutes(10),
        binding: RuleBinding = Sample.binding
    ) -> Finding {
        let id = id ?? "e\(seconds)"
        return Finding(
            dedupKey: DedupKey(binding: binding, key: [.text(key)]), origin: .activity(id: id, cooldown: cooldown),
            severity: severity, time: at(seconds), title: "Factor removed", message: message, activityIDs: [id])
    }

    static func state(
        _ generation: Int64, key: String = "7", severity: Severity = .high, message: String = "4 super users",
        hold: TimeSpan = .zero
    ) -> Finding {
        Finding(
            dedupKey: DedupKey(binding: stateBinding, key: [.text(key)]), origin: .state(generation: generation),
            severity: severity, time: at(generation * 60), title: "Too many super users", message: message,
            hold: hold)
    }

    /// An evaluation of the state rule at a generation; generations are a minute apart.
    static func evaluation(
        _ generation: Int64, _ findings: [Finding], verdict: Verdict? = nil, undecided: [DedupKey] = []
    ) -> StateEvaluation {
        StateEvaluation(
            binding: stateBinding, generation: generation, time: at(generation * 60),
            verdict: verdict ?? (findings.isEmpty ? .pass : .fail), findings: findings, undecided: undecided)
    }
}

extension AlertChanges {
    /// Kinds of the transitions, in their order.
    var kinds: [Transition.Kind] { transitions.map(\.kind) }
}
