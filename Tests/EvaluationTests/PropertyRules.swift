import Alerting
import Diagnostics
import RuleLanguage
import Testing

@testable import Evaluation

/// A book with every verb in every form, small enough in time that a short log makes each of them fire.
enum PropertyRules {
    /// Rules that answer on arrival; all others wait for the watermark.
    static let plain: Set<String> = ["each-failure", "failure-of-user", "reads-plain-signal", "each-grant"]
    /// Of them those with a key of their own, whose alert is named by the finding that comes first.
    static let keyed: Set<String> = ["failure-of-user", "each-grant"]
    /// Of them those whose findings are named by whichever of two activities came first.
    static let echoed: Set<String> = ["each-grant"]

    static let book = load(rules)

    /// Rules whose state is a function of a stretch of time that is known beforehand.
    static let boundedBook = load(
        rules.filter { !["session", "bound", "unordered", "new-country"].contains($0.id) })

    private static func load(_ rules: [(id: String, more: String, activity: [String])]) -> RuleBook {
        let loader = RuleBookLoader(schema: IdentitySchema.schema)
        let loaded = loader.load(files: [SourceText(name: "Rules/property/all.yaml", text: text(of: rules))])
        for diagnostic in loaded.diagnostics where diagnostic.diagnostic.level == .error {
            Issue.record("the book of property tests is broken: \(diagnostic.diagnostic.message)")
        }
        return loaded.book
    }

    private static let failure = "activity.kind == 'login.failure'"
    private static let user = "by: [activity.user_id]"

    private static func text(of rules: [(id: String, more: String, activity: [String])]) -> String {
        rules.map { rule in
            let head = "rule: \(rule.id)\ntitle: \(rule.id)\nseverity: low\n"
            let indented = rule.activity.map { "  " + $0 }.joined(separator: "\n")
            return head + rule.more + "activity:\n" + indented + "\n"
        }.joined(separator: "---\n")
    }

    private static let rules: [(id: String, more: String, activity: [String])] =
        windows + sequences + others + silences + joined + grants

    private static let windows: [(String, String, [String])] = [
        ("each-failure", "message: '${activity.ip} ${activity.id}'\n", ["match: \(failure)"]),
        (
            "failure-of-user", "key: [activity.user_id]\ncooldown: 2m\nmessage: '${activity.id}'\n",
            ["match: \(failure) && activity.user_id != null"]
        ),
        (
            "sliding",
            "message: '${n} ${at} ${low} ${mean}'\nseverity_when: [{ if: n >= 5, set: high }]\n",
            [
                "match: \(failure)",
                "threshold: { \(user), within: 2m, let: { n: count(), ips: distinct(activity.ip), "
                    + "at: 'collect(activity.ip, 2)', low: min(activity.risk_score), "
                    + "mean: avg(activity.risk_score) } }",
                "alert_if: n >= 3 && ips >= 2",
            ]
        ),
        (
            "tumbling", "message: '${n} ${last_ip}'\n",
            [
                "match: \(failure)",
                "threshold: { \(user), within: 15m, window: tumbling, timezone: Asia/Kathmandu, "
                    + "let: { n: count(), last_ip: last(activity.ip) } }", "alert_if: n >= 4",
            ]
        ),
        (
            "session", "message: '${total} ${n}'\n",
            [
                "match: \(failure)",
                "threshold: { \(user), window: session, gap: 1m, "
                    + "let: { total: sum(activity.risk_score), n: count(activity.ip == '192.0.2.1') } }",
                "alert_if: total > 60",
            ]
        ),
    ]

    private static let removed = "{ id: removed, match: activity.kind == 'mfa.removed' }"
    private static let login = "{ id: login, match: activity.kind == 'login.success' }"

    private static let sequences: [(String, String, [String])] = [
        (
            "ordered", "cooldown: 1s\nmessage: '${removed.id} ${login.id}'\n",
            ["sequence: { \(user), within: 3m, steps: [\(removed), \(login)] }"]
        ),
        (
            "bound", "cooldown: 1s\nmessage: '${one.id} ${two.id} ${three.id}'\n",
            [
                "sequence: { \(user), within: 5m, steps: [{ id: one, match: activity.kind == 'login.success' }, "
                    + "{ id: two, match: 'activity.kind == \"login.success\" && activity.country != one.country' }, "
                    + "{ id: three, match: activity.kind == 'login.failure' }] }"
            ]
        ),
        (
            "unordered", "cooldown: 1s\n",
            ["sequence: { \(user), within: 3m, unordered: true, steps: [\(removed), \(login)] }"]
        ),
        (
            "killed", "cooldown: 1s\n",
            [
                "sequence: { \(user), within: 5m, until: activity.kind == 'mfa.enrolled', steps: [\(removed), "
                    + "\(login)] }"
            ]
        ),
        (
            "absent", "cooldown: 1s\nmessage: '${removed.id}'\n",
            [
                "sequence: { \(user), within: 3m, steps: [\(removed), "
                    + "{ id: again, match: activity.kind == 'mfa.enrolled', absent: true }] }"
            ]
        ),
    ]

    private static let others: [(String, String, [String])] = [
        (
            "previous", "cooldown: 1s\nmessage: '${prev.id} ${elapsed}'\n",
            [
                "match: activity.kind == 'login.success'", "previous: { \(user), within: 5m }",
                "alert_if: prev.country != activity.country",
            ]
        ),
        (
            "spike", "message: '${current} ${mean} ${p95} ${mad}'\n",
            [
                "match: \(failure)",
                "spike: { by: [], bucket: 5m, baseline: 20m, min_buckets: 2, timezone: UTC }",
                "alert_if: double(current) > mean",
            ]
        ),
        (
            "quiet", "cooldown: 1s\n",
            ["match: activity.kind == 'login.success'", "flatline: { \(user), within: 4m }"]
        ),
        ("quiet-connection", "", ["match: activity.kind == 'mfa.enrolled'", "flatline: { by: [], within: 3m }"]),
        (
            "new-country", "key: [activity.user_id, activity.country]\n",
            [
                "match: activity.kind == 'login.success'",
                "profiles: { country: { match: activity.kind == 'login.success', \(user), value: activity.country, "
                    + "history: 10m, learn: 1m } }", "alert_if: is_new.country",
            ]
        ),
        (
            "plain-signal", "signal: true\n",
            ["match: activity.kind == 'mfa.removed' && activity.ip == '192.0.2.1'"]
        ),
        ("reads-plain-signal", "", ["match: activity.kind == 'signal.plain-signal'"]),
        (
            "burst", "signal: true\n",
            ["match: \(failure)", "threshold: { \(user), within: 2m, let: { n: count() } }", "alert_if: n >= 3"]
        ),
        (
            "reads-burst", "message: '${n}'\n",
            [
                "match: activity.kind == 'signal.burst'",
                "threshold: { \(user), within: 10m, let: { n: count() } }", "alert_if: n >= 2",
            ]
        ),
    ]

    /// Signals of silence, and rules with memory that read them.
    private static let silences: [(String, String, [String])] = [
        (
            "gone", "signal: true\n",
            [
                "sequence: { \(user), within: 2m, steps: [\(removed), "
                    + "{ id: again, match: activity.kind == 'mfa.enrolled', absent: true }] }"
            ]
        ),
        (
            "hushed", "signal: true\n",
            ["match: activity.kind == 'login.success'", "flatline: { \(user), within: 90s }"]
        ),
        (
            "in-after-gone", "cooldown: 1s\nmessage: '${gone.id} ${login.id}'\n",
            [
                "sequence: { \(user), within: 5m, steps: [{ id: gone, match: activity.kind == 'signal.gone' }, "
                    + "\(login)] }"
            ]
        ),
        (
            "hushes", "cooldown: 1s\nmessage: '${n}'\n",
            [
                "match: activity.kind in ['signal.hushed', 'signal.gone']",
                "threshold: { \(user), within: 4m, let: { n: count() } }", "alert_if: n >= 2",
            ]
        ),
        (
            "gone-and-quiet", "cooldown: 1s\n",
            ["match: activity.kind in ['signal.gone', 'login.failure']", "flatline: { \(user), within: 70s }"]
        ),
        (
            "not-back", "cooldown: 1s\nmessage: '${hush.id}'\n",
            [
                "sequence: { \(user), within: 1m, steps: [{ id: hush, match: activity.kind == 'signal.hushed' }, "
                    + "{ id: back, match: 'activity.kind in [\"login.success\", \"signal.gone\"]', absent: true }] }"
            ]
        ),
    ]

    private static let joined: [(String, String, [String])] = [
        (
            "as-of", "cooldown: 1s\nmessage: '${target.department} ${n}'\n",
            [
                "match: activity.kind == 'login.success' && target != null && target.department != null",
                "threshold: { by: [target.department], within: 5m, let: { n: count() } }", "alert_if: n >= 2",
            ]
        )
    ]

    /// Acts that OneLogin reports under two type numbers.
    private static let grants: [(String, String, [String])] = [
        ("each-grant", "key: [activity.user_id, activity.role_id]\n", ["match: activity.kind == 'role.granted'"]),
        (
            "grants", "cooldown: 1s\nmessage: '${n} ${ids}'\n",
            [
                "match: activity.kind == 'role.granted'",
                "threshold: { \(user), within: 5m, let: { n: count(), ids: 'collect(activity.id, 9)' } }",
                "alert_if: n >= 2",
            ]
        ),
        (
            "granted-again", "cooldown: 1s\nmessage: '${prev.id} ${elapsed}'\n",
            ["match: activity.kind == 'role.granted'", "previous: { \(user), within: 10m }"]
        ),
    ]
}
