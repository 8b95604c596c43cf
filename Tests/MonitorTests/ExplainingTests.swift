import Alerting
import Delivery
import Diagnostics
import Directory
import Evaluation
import Logging
import OneLogin
import RuleLanguage
import Store
import Sync
import Testing
import Timekeeping

@testable import Monitor

/// Why a rule fired over a store, and why it did not: one snapshot for each cause.
@Suite struct ExplainingTests {
    typealias Entry = ScriptedTenant.Entry

    static let rules = """
        rule: factor-removed
        title: A factor was removed
        severity: medium
        activity: { match: activity.kind == "mfa.removed" }
        key: [activity.user_id]
        message: "a factor of ${activity.user_id} was removed"
        ---
        rule: failures
        title: Many failures
        severity: low
        activity:
          match: activity.kind == "login.failure"
          threshold: { by: [activity.user_id], within: 10m, let: { n: count() } }
          alert_if: n >= 3
        message: "${n} failures"
        ---
        rule: then-in
        title: Signed in after a factor was removed
        severity: high
        activity:
          sequence:
            by: [activity.user_id]
            within: 20m
            steps:
              - { id: removed, match: activity.kind == "mfa.removed" }
              - { id: login, match: activity.kind == "login.success" && activity.ip != removed.ip }
        ---
        rule: from-afar
        title: From afar
        severity: low
        activity: { match: activity.kind == "login.success" && activity.country == "KP" }
        key: [activity.user_id]
        ---
        rule: moved
        title: Signed in from Sales
        severity: low
        activity:
          match: activity.kind == "login.success"
          alert_if: target != null && target.department == "Sales"
        key: [activity.user_id]
        ---
        rule: more-factors
        title: More factors were removed than usual
        severity: low
        activity:
          match: activity.kind == "mfa.removed"
          spike: { by: [activity.user_id], bucket: 5m, baseline: 10m, min_buckets: 2 }
          alert_if: double(current) > mean
        ---
        rule: quiet-tenant
        title: Nobody was deleted
        severity: low
        activity:
          match: activity.kind == "user.deleted"
          flatline: { by: [], within: 20m }
        ---
        rule: in-department
        title: Somebody is in IT
        severity: high
        state: { each: user, where: user.department == "IT" }
        message: "${user.username} is in IT"
        ---
        rule: long-in-department
        title: Somebody is in IT for long
        severity: high
        hold: 20m
        state: { each: user, where: user.department == "IT" }
        message: "${user.username} is in IT"
        """

    static let policy = """
        policy: test
        title: For these tests
        scope:
          connections: [acme]
          exclude: { user: 'user.username == "user3"' }
        rules:
          - rule: factor-removed
            except:
              - { name: old ticket, when: activity.user_id == 1, reason: r, owner: o, expires: 2026-02-28 }
          - rule: failures
            except: [{ name: known scanner, when: activity.user_id == 2, reason: r, owner: o, expires: 2026-03-01 }]
          - rule: then-in
          - rule: from-afar
          - rule: moved
          - rule: more-factors
          - rule: quiet-tenant
          - rule: in-department
          - rule: long-in-department
        """

    /// Failures of users 1 and 2, factors of all three, sign-ins of user 1 when in IT and when in Sales.
    static let entries: [Entry] = [
        Entry(id: 10, second: -600, arrival: 0, type: 24, user: 2),
        Entry(id: 20, second: 20, arrival: 20, type: 6, user: 1),
        Entry(id: 21, second: 40, arrival: 40, type: 6, user: 1),
        Entry(id: 22, second: 50, arrival: 50, type: 5, user: 1),
        Entry(id: 23, second: 60, arrival: 60, type: 6, user: 2),
        Entry(id: 24, second: 70, arrival: 70, type: 6, user: 2),
        Entry(id: 25, second: 80, arrival: 80, type: 6, user: 2),
        Entry(id: 26, second: 300, arrival: 300, type: 24, user: 1),
        Entry(id: 27, second: 310, arrival: 310, type: 24, user: 3),
        Entry(id: 28, second: 900, arrival: 900, type: 24, user: 1),
        Entry(id: 29, second: 1250, arrival: 1250, type: 5, user: 1),
    ]

    struct Row: Sendable, CustomTestStringConvertible {
        /// The name of the snapshot too.
        let cause: String
        let rule: String
        let key: String
        let second: Int64
        let answer: RuleExplanation.Answer
        var gap: SourceGap?
        var testDescription: String { cause }
    }

    static let rows = [
        Row(cause: "fired-with-expired-exception", rule: "factor-removed", key: "1", second: 300, answer: .fired),
        Row(cause: "joined-an-episode", rule: "factor-removed", key: "1", second: 1000, answer: .joined),
        Row(cause: "before-it-was-active", rule: "factor-removed", key: "2", second: -590, answer: .inactive),
        Row(cause: "left-out-by-the-scope", rule: "factor-removed", key: "3", second: 320, answer: .outOfScope),
        Row(cause: "nothing-of-the-key", rule: "factor-removed", key: "9", second: 320, answer: .nothingOfKey),
        Row(cause: "nothing-at-all", rule: "factor-removed", key: "2", second: -601, answer: .nothingOfKey),
        Row(cause: "nothing-matched", rule: "factor-removed", key: "1", second: 60, answer: .nothingMatched),
        Row(cause: "too-few-in-the-window", rule: "failures", key: "1", second: 100, answer: .conditionFalse),
        Row(cause: "excepted", rule: "failures", key: "2", second: 100, answer: .excepted),
        Row(
            cause: "activities-are-missing", rule: "failures", key: "1", second: 100, answer: .unknown,
            gap: SourceGap(source: .api, from: ScriptedTenant.start + .seconds(45), reason: "no answer")),
        Row(
            cause: "activities-came-late", rule: "failures", key: "1", second: 100, answer: .conditionFalse,
            gap: SourceGap(
                source: .api, from: ScriptedTenant.start + .seconds(45), until: ScriptedTenant.start + .seconds(75),
                reason: "no answer", backfilled: 2)),
        Row(cause: "the-last-step-did-not-come", rule: "then-in", key: "1", second: 1300, answer: .incomplete),
        // Buckets count since the first sync, which is where the monitor began.
        Row(cause: "too-few-buckets", rule: "more-factors", key: "1", second: 310, answer: .incomplete),
        Row(cause: "a-field-that-nothing-fills", rule: "from-afar", key: "1", second: 60, answer: .unknown),
        Row(cause: "the-directory-as-it-was", rule: "moved", key: "1", second: 60, answer: .conditionFalse),
        Row(cause: "the-directory-as-it-became", rule: "moved", key: "1", second: 1300, answer: .fired),
        Row(cause: "a-state-as-it-was", rule: "in-department", key: "1", second: 700, answer: .fired),
        Row(cause: "a-state-that-was-over", rule: "in-department", key: "1", second: 1300, answer: .nothingMatched),
        Row(cause: "before-the-first-copy", rule: "in-department", key: "1", second: -60, answer: .fired),
        Row(cause: "held", rule: "long-in-department", key: "1", second: 2000, answer: .held),
        Row(cause: "held-long-enough", rule: "long-in-department", key: "1", second: 3000, answer: .fired),
    ]

    static func watched() async throws -> (bench: HistoryBench, book: RuleBook) {
        let loaded = RuleBookLoader(schema: IdentitySchema.schema).load(files: [
            SourceText(name: "Rules/test/rules.yaml", text: rules),
            SourceText(name: "Policies/test.yaml", text: policy),
        ])
        #expect(loaded.diagnostics.filter { $0.diagnostic.level == .error }.map(\.diagnostic.message) == [])
        let bench = try HistoryBench(entries: entries)
        try await bench.turn(bench.cycle(loaded.book), until: 3000)
        return (bench, loaded.book)
    }

    @Test func everyCauseIsToldAsRecorded() async throws {
        let (bench, book) = try await Self.watched()
        let explaining = Explaining(book: book, superUsers: [])
        for row in Self.rows {
            if let gap = row.gap { try await bench.store.keep(gap, connection: "acme") }
            let request = Explaining.Request(
                rule: row.rule, key: [row.key], at: HistoryBench.start + .seconds(row.second))
            let explained = try await explaining.explain(request, over: bench.store, connection: "acme")
            #expect(explained.answer == row.answer, "\(row.cause)")
            try expectSnapshot(explained.text, "explain-\(row.cause).txt")
        }
    }

    @Test func whatIsNotBoundOrNotCoveredIsRefused() async throws {
        let (bench, book) = try await Self.watched()
        func refusal(_ rule: String, connection: String = "acme") async -> Explaining.Refusal? {
            let request = Explaining.Request(rule: rule, key: ["1"], at: HistoryBench.start)
            do {
                _ = try await Explaining(book: book, superUsers: []).explain(
                    request, over: bench.store, connection: connection)
                return nil
            } catch {
                return error as? Explaining.Refusal
            }
        }
        #expect(await refusal("no-such-rule") == .unknownRule("no-such-rule"))
        #expect(
            await refusal("failures", connection: "other")
                == .notCovered("failures", policy: "test", connection: "other"))
        #expect(await refusal("in-department") == nil)
    }

    /// An alert is explained at its last finding by the rules that raised it: it fired, whatever came afterwards.
    @Test func everyAlertIsExplainedByItself() async throws {
        let (bench, book) = try await Self.watched()
        let alerts = try await bench.store.alerts(AlertQuery(limit: 100)).filter { $0.openedAt != nil }
        #expect(
            Set(alerts.map(\.binding.rule)).isSuperset(of: ["factor-removed", "moved", "in-department", "quiet-tenant"])
        )
        for alert in alerts {
            let explained = try await Explaining(book: book, superUsers: []).explain(
                Explaining.Request(
                    rule: alert.binding.rule, policy: alert.binding.policy,
                    key: RuleExplanation.keyTexts(of: alert.dedupKey.key), at: alert.lastSeenAt),
                over: bench.store, connection: "acme")
            #expect([.fired, .joined].contains(explained.answer), "\(alert.binding.rule): \(explained.summary)")
            #expect(explained.alert?.id == alert.id)
            #expect(explained.firings.last?.message == alert.message)
        }
    }
}
