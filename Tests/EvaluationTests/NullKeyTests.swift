import RuleLanguage
import Testing

@testable import Evaluation

/// Whom nobody knows is nobody: of any verb, activities without a key neither count nor meet one another.
@Suite struct NullKeyTests {
    typealias Act = TestFacts.Act

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let activity: String
        /// `(second, kind)` of one user, at which the rule fires once or more.
        let acts: [(Int64, String)]
        var until: Int64 = 3600
    }

    private static let removed = "{ id: removed, match: activity.kind == \"mfa.removed\" }"
    private static let login = "{ id: login, match: activity.kind == \"login.success\" }"
    private static let failure = "match: activity.kind == \"login.failure\", "
    private static let user = "by: [activity.user_id]"

    static let rows = [
        Row(
            testDescription: "sliding",
            activity: failure + "threshold: { \(user), within: 5m, let: { n: count() } }, alert_if: n >= 2",
            acts: [(0, "login.failure"), (1, "login.failure")]),
        Row(
            testDescription: "tumbling",
            activity: failure
                + "threshold: { \(user), within: 15m, window: tumbling, let: { n: count() } }, alert_if: n >= 2",
            acts: [(0, "login.failure"), (1, "login.failure")]),
        Row(
            testDescription: "session",
            activity: failure
                + "threshold: { \(user), window: session, gap: 1m, let: { n: count() } }, alert_if: n >= 2",
            acts: [(0, "login.failure"), (1, "login.failure")]),
        Row(
            testDescription: "distinct values",
            activity: failure
                + "threshold: { \(user), within: 5m, let: { n: distinct(activity.id) } }, alert_if: n >= 2",
            acts: [(0, "login.failure"), (1, "login.failure")]),
        Row(
            testDescription: "sequence", activity: "sequence: { \(user), within: 5m, steps: [\(removed), \(login)] }",
            acts: [(0, "mfa.removed"), (1, "login.success")]),
        Row(
            testDescription: "unordered sequence",
            activity: "sequence: { \(user), within: 5m, unordered: true, steps: [\(removed), \(login)] }",
            acts: [(0, "login.success"), (1, "mfa.removed")]),
        Row(
            testDescription: "absence",
            activity: "sequence: { \(user), within: 5m, steps: [\(removed), "
                + "{ id: again, match: activity.kind == \"mfa.enrolled\", absent: true }] }",
            acts: [(0, "mfa.removed")]),
        Row(
            testDescription: "previous",
            activity: "match: activity.kind == \"login.success\", previous: { \(user), within: 5m }",
            acts: [(0, "login.success"), (1, "login.success")]),
        Row(
            testDescription: "spike",
            activity: failure
                + "spike: { \(user), bucket: 5m, baseline: 20m, min_buckets: 2 }, alert_if: double(current) > mean",
            acts: [(0, "login.failure"), (1500, "login.failure"), (1501, "login.failure")]),
        Row(
            testDescription: "flatline",
            activity: "match: activity.kind == \"login.success\", flatline: { \(user), within: 5m }",
            acts: [(0, "login.success")]),
        Row(
            testDescription: "profile",
            activity: "match: activity.kind == \"login.success\", profiles: { id: { match: activity.kind == "
                + "\"login.success\", \(user), value: activity.id, history: 10m, learn: 1m } }, alert_if: is_new.id",
            acts: [(0, "login.success"), (120, "login.success")]),
    ]

    @Test(arguments: rows) func ofNoVerb(_ row: Row) {
        func found(_ users: [Int64?]) -> [String] {
            let rule = SignalTests.rule("r", row.activity, "key: [\"'one'\"]\n")
            let acts = row.acts.enumerated().map { place, act in
                Act(act.0, act.1, user: users[place % users.count], id: "a\(place)")
            }
            return SignalTests.found(SignalTests.engine(SignalTests.book([rule])), acts, until: row.until)
        }
        #expect(!found([1]).isEmpty, "the rule fires for one user")
        #expect(found([nil]) == [])
        // The first of nobody and the rest of somebody are not of one key.
        if row.acts.count == 2 { #expect(found([nil, 1]) == []) }
    }

    /// Each step asks for the key, the third as the second.
    @Test(arguments: [([1, 1, 1], 1), ([1, 1, 2], 0), ([1, 2, 1], 0), ([1, 1, nil], 0), ([nil, 1, 1], 0)])
    func everyStepAsksForTheKey(_ users: [Int64?], _ count: Int) {
        let enrolled = "{ id: enrolled, match: activity.kind == \"mfa.enrolled\" }"
        let rule = SignalTests.rule(
            "r", "sequence: { \(Self.user), within: 5m, steps: [\(Self.removed), \(Self.login), \(enrolled)] }")
        let kinds = ["mfa.removed", "login.success", "mfa.enrolled"]
        let acts = kinds.enumerated().map { Act(Int64($0), $1, user: users[$0], id: "a\($0)") }
        #expect(SignalTests.found(SignalTests.engine(SignalTests.book([rule])), acts).count == count)
    }
}
