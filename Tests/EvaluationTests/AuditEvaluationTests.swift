import Alerting
import Directory
import Testing
import Timekeeping

@testable import Evaluation
@testable import RuleLanguage

@Suite struct AuditEvaluationTests {
    static func book() throws -> RuleBook {
        var locked = StateRuleTests.locked
        locked.id = "locked"
        var burst = ActivityEngineTests.counting
        burst.id = "burst"
        var unknown = RuleDraft(
            match: "activity.kind == 'user.assumed'", alertIf: "target.super_user", key: ["activity.user_id"])
        unknown.id = "unknown"
        let bindings = try [locked, burst, unknown].map { try $0.bind() }
        return RuleBook(rules: [], policies: [], bindings: bindings, lists: [:], signalOrder: [], digest: "")
    }

    static func verdicts(
        _ acts: [TestFacts.Act], index: DirectoryIndex?, gap: String? = nil
    ) throws -> [String: Verdict] {
        let book = try book()
        let index = index ?? StateRuleTests.snapshot([.active])
        let engine = ActivityEngine(book: book, connection: "main", history: DirectoryTimeline(constant: index))
        var findings = engine.process(TestFacts.batch(acts))
        findings += engine.finish()
        let audit = AuditEvaluation(
            book, connection: "main", index: index, at: TestFacts.start, engine: engine, findings: findings, gap: gap)
        return Dictionary(uniqueKeysWithValues: audit.verdicts.map { ($0.binding.rule, $0.verdict) })
    }

    @Test func everyBindingHasAVerdict() throws {
        let acts: [TestFacts.Act] = [
            .init(0, "login.failure", user: 1), .init(1, "login.failure", user: 1), .init(2, "user.assumed", user: 1),
        ]
        let verdicts = try Self.verdicts(acts, index: StateRuleTests.snapshot([.active]))
        #expect(verdicts["locked"] == .pass)
        #expect(verdicts["burst"] == .fail)
        #expect(verdicts["unknown"] == .unknown(reasons: ["`target.super_user` is not known now"]))
    }

    @Test func aGapMakesWhatWasNotFoundUnknown() throws {
        let verdicts = try Self.verdicts([], index: nil, gap: "the feed has a gap")
        #expect(verdicts["burst"] == .unknown(reasons: ["the feed has a gap"]))
        #expect(try Self.verdicts([], index: nil)["burst"] == .pass)
    }

    @Test func withoutFactsNothingPasses() throws {
        let audit = AuditEvaluation(
            try Self.book(), connection: "main", index: nil, at: TestFacts.start, engine: nil, findings: [])
        #expect(audit.verdicts.count == 3)
        #expect(!audit.verdicts.contains { $0.verdict == .pass })
    }
}
