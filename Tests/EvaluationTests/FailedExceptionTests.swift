import Alerting
import Diagnostics
import Directory
import RuleLanguage
import Testing
import Timekeeping

@testable import Evaluation

/// Conditions of a policy that have no value: told as errors of the rule, and never a way to switch it off.
@Suite struct FailedExceptionTests {
    static func book(_ rule: String, scope: String = "", except: String = "") -> RuleBook {
        let exclude = scope.isEmpty ? "" : ", exclude: { user: '\(scope)' }"
        let policy =
            "policy: p\ntitle: t\nscope: { connections: [\"*\"]\(exclude) }\n"
            + "rules:\n  - rule: r\n"
            + (except.isEmpty
                ? "" : "    except: [{ name: x, when: '\(except)', reason: r, owner: o, expires: 2099-01-01 }]\n")
        let loaded = RuleBookLoader(schema: IdentitySchema.schema).load(files: [
            SourceText(name: "Rules/t/r.yaml", text: "rule: r\ntitle: t\nseverity: low\n" + rule),
            SourceText(name: "Policies/p.yaml", text: policy),
        ])
        #expect(loaded.diagnostics.filter { $0.diagnostic.level == .error }.map(\.diagnostic.message) == [])
        return loaded.book
    }

    static func states(_ book: RuleBook) throws -> (StateEvaluation, RuleStatistics) {
        let index = StateRuleTests.snapshot([.locked, .active, .locked])
        var pass = StatePass(book.bindings, connection: "main")
        let binding = RuleBinding(connection: "main", policy: "p", rule: "r")
        let keys = (1...3).map { EvidenceValue.int($0) } + [.text("active"), .text("locked")]
        pass.alertKeys = Set(keys.map { DedupKey(binding: binding, key: [$0]) })
        let results = pass.evaluate(
            DirectoryRows(index: index, connection: "main"), generation: 3, at: TestFacts.start)
        let result = try #require(results.first)
        return (result.evaluation, result.statistics)
    }

    static let locked = "state: { each: user, where: 'user.status == \"locked\"' }\nkey: [user.id]\n"
    /// Has no value for the first user, holds for nobody.
    static let failing = "6 / (user.id - 1) > 100"

    @Test func aRowWhoseExclusionFailsIsUndecided() throws {
        let (evaluation, statistics) = try Self.states(Self.book(Self.locked, scope: Self.failing))
        #expect(evaluation.findings.map(\.dedupKey.key) == [[.int(3)]])
        #expect(evaluation.undecided.map(\.key) == [[.int(1)]])
        #expect(statistics.errors == 1)
    }

    @Test func anExclusionOfARowThatIsNoneOfTheRuleIsOfNoMatter() throws {
        // Of the second user, who is not locked.
        let (evaluation, statistics) = try Self.states(Self.book(Self.locked, scope: "6 / (user.id - 2) > 100"))
        #expect(evaluation.findings.count == 2 && evaluation.undecided.isEmpty && statistics.errors == 0)
    }

    @Test func oneThatLeavesTheRowOutDecides() throws {
        let scope = Self.failing + " || user.id == 1"
        let (evaluation, statistics) = try Self.states(Self.book(Self.locked, scope: scope))
        #expect(evaluation.findings.map(\.dedupKey.key) == [[.int(3)]])
        #expect(evaluation.undecided.isEmpty && statistics.errors == 0)
    }

    @Test func aGroupWithARowOfWhichNobodyKnowsHasNoCount() throws {
        let rule = "state: { each: user, group: { by: [user.status], let: { n: count() } }, alert_if: n >= 1 }\n"
        let (evaluation, statistics) = try Self.states(Self.book(rule, scope: Self.failing))
        #expect(evaluation.findings.map(\.dedupKey.key) == [[.text("active")]])
        #expect(evaluation.undecided.map(\.key) == [[.text("locked")]])
        #expect(statistics.errors >= 1)
    }

    @Test func anExceptionThatFailsHoldsNothingBackAndIsCounted() throws {
        let (evaluation, statistics) = try Self.states(Self.book(Self.locked, except: "6 / (user.id - 1) > 100"))
        #expect(evaluation.findings.count == 2)
        #expect(statistics.errors == 1 && statistics.excepted.isEmpty)
    }

    @Test(arguments: ["", "  threshold: { by: [activity.user_id], within: 1h, let: { n: count() } }\n"])
    func activitiesAreFoundAllTheSameAndTheErrorIsCounted(_ verb: String) throws {
        let rule = "activity:\n  match: activity.kind == \"login.failure\"\n\(verb)key: [activity.user_id]\n"
        for (scope, except) in [
            (Self.failing, ""), ("", "activity.user_id != null && 6 / (activity.user_id - 1) > 100"),
        ] {
            let engine = ActivityEngine(
                book: Self.book(rule, scope: scope, except: except), connection: "main",
                history: DirectoryTimeline(constant: StateRuleTests.snapshot([.locked, .active])))
            var found = engine.process(
                TestFacts.batch([
                    .init(0, "login.failure", user: 1, id: "a"), .init(1, "login.failure", user: 2, id: "b"),
                ]))
            found += engine.finish()
            #expect(found.map(\.dedupKey.key) == [[.int(1)], [.int(2)]])
            #expect(engine.statistics.first?.statistics.errors == 1, "\(scope)\(except)")
        }
    }
}
