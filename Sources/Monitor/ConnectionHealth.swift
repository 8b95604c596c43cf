import Alerting
import Directory
import Timekeeping

/// What a connection's state says as an evaluation, so that trouble with the source is an alert like any other: one
/// while it lasts, resolved when it is over.
struct ConnectionHealth {
    /// How long a connection may be degraded by what passes of itself.
    static let patience = TimeSpan.minutes(30)

    let connection: String
    let state: ConnectionState

    var binding: RuleBinding {
        RuleBinding(connection: connection, policy: OwnRule.policy, rule: OwnRule.connectionHealth.rawValue)
    }

    /// The state as of its last pass; nil before there is something to say.
    ///
    /// Its generation is the moment since when word and cause are the same, so a restart goes on with the same alert.
    var evaluation: StateEvaluation? {
        let generation = state.since.milliseconds
        switch state.word {
        case .connecting, .initialSync: return nil
        case .connected:
            return StateEvaluation(
                binding: binding, generation: generation, time: state.checkedAt, verdict: .pass, findings: [])
        case .degraded, .failed:
            let isUrgent = state.word == .failed || state.cause == .heldForConfirmation
            let finding = Finding(
                dedupKey: DedupKey(binding: binding, key: []), origin: .state(generation: generation),
                severity: isUrgent ? .high : .medium, time: state.checkedAt,
                title: state.cause == .heldForConfirmation
                    ? "Much of the directory is gone" : "The connection to OneLogin is \(state.word.rawValue)",
                message: "connection `\(connection)`: \(state.reason ?? "no reason is known")",
                evidence: [
                    Finding.Evidence(name: "status", value: .text(state.word.rawValue)),
                    Finding.Evidence(name: "cause", value: .text(state.cause?.rawValue ?? "unknown")),
                    Finding.Evidence(name: "remedy", value: .text(state.remedy ?? "look at the log")),
                    Finding.Evidence(name: "since", value: .time(state.since)),
                ], hold: isUrgent ? .zero : Self.patience)
            return StateEvaluation(
                binding: binding, generation: generation, time: state.checkedAt, verdict: .fail, findings: [finding])
        }
    }
}
