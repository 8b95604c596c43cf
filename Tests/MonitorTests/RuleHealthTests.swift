import Alerting
import Diagnostics
import Evaluation
import RuleLanguage
import Store
import Testing
import Timekeeping
import Web

@testable import Monitor

/// A rule that has no answer is an alert of its own, and a number of `/metrics`.
@Suite struct RuleHealthTests {
    /// Both over activities have no answer for user 2; the one over states has none while somebody is in Sales.
    static let rules = """
        rule: divides
        title: t
        severity: low
        activity: { match: activity.user_id != null && 1 / (activity.user_id - 2) > 5 }
        ---
        rule: divides-users
        title: t
        severity: low
        state: { each: user, alert_if: user.department == "Sales" && 1 / (user.id - 1) > 5 }
        key: [user.id]
        ---
        rule: each-failure
        title: t
        severity: low
        activity: { match: activity.kind == "login.failure" }
        """

    static let policy = """
        policy: p
        rules:
          - rule: divides
          - rule: divides-users
          - rule: each-failure
            except: [{ name: known, when: activity.user_id == 3, reason: r, owner: o, expires: 2036-01-31 }]
        """

    static func book() -> RuleBook {
        let loaded = RuleBookLoader(schema: IdentitySchema.schema).load(files: [
            SourceText(name: "Rules/test/rules.yaml", text: rules), SourceText(name: "Policies/p.yaml", text: policy),
        ])
        #expect(loaded.diagnostics.filter { $0.diagnostic.level == .error }.map(\.diagnostic.message) == [])
        return loaded.book
    }

    static func bench() throws -> HistoryBench {
        try HistoryBench(entries: [
            HistoryBench.Entry(id: 1, second: 60, arrival: 60, type: 6, user: 2),
            HistoryBench.Entry(id: 2, second: 70, arrival: 70, type: 6, user: 3),
            HistoryBench.Entry(id: 3, second: 75, arrival: 75, type: 6, user: 3),
            HistoryBench.Entry(id: 4, second: 600, arrival: 600, type: 6, user: 2),
        ])
    }

    /// The alerts as `rule, cause, from second to second`.
    static func alerts(_ bench: HistoryBench) async throws -> [String] {
        try await bench.store.alerts(AlertQuery(limit: 100)).filter { $0.binding.rule == OwnRule.ruleErrors.rawValue }
            .map {
                func second(_ moment: Timestamp?) -> String {
                    moment.map { "\(($0 - HistoryBench.start).seconds)" } ?? ""
                }
                #expect($0.binding.policy == "tocsin" && $0.severity == .medium)
                return "\($0.message) \(second($0.openedAt))...\(second($0.resolvedAt))"
            }.sorted()
    }

    /// The last error is told at 600; what a restart finds in its replay has been told before.
    @Test(arguments: [[], [1200], [600, 2400]] as [[Int64]])
    func whatHasNoAnswerIsAnAlertWhileItGoesOn(_ restarts: [Int64]) async throws {
        let bench = try Self.bench()
        for end in restarts { try await bench.turn(bench.cycle(Self.book()), until: end) }
        try await bench.turn(bench.cycle(Self.book()), until: 4140)
        let live = try await Self.alerts(bench)
        #expect(
            live == [
                "`divides-users` of policy `p` had no answer: a division by zero 900...1500",
                "`divides` of policy `p` had no answer: a division by zero 60...",
            ])
        try await bench.turn(bench.cycle(Self.book()), until: 4260)
        let ended = try await Self.alerts(bench)
        #expect(
            ended.last
                == "`divides` of policy `p` had no answer: a division by zero 60...4200")
    }

    @Test func errorsAndExceptionsAreCounted() async throws {
        let bench = try Self.bench()
        let cycle = bench.cycle(Self.book())
        let metrics = MonitorMetrics(connections: ["acme"])
        while bench.clock.now() < HistoryBench.start + .seconds(1300) {
            await metrics.note(try await cycle.run())
            bench.clock.advance(by: .minutes(1))
        }
        let families = await metrics.families
        func lines(_ name: String) -> [String] {
            families.filter { $0.name == name }.flatMap(\.samples).map { sample in
                sample.labels.map(\.value).joined(separator: "/") + " \(Int(sample.value))"
            }.sorted()
        }
        #expect(lines("tocsin_rule_errors_total") == ["acme/p/divides 2", "acme/p/divides-users 2"])
        #expect(lines("tocsin_rule_excepted_total") == ["acme/p/each-failure 2"])
    }
}
