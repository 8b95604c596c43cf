import Alerting
import Directory
import RuleLanguage
import Testing
import Timekeeping

@testable import Evaluation

/// Keys that Swift's strings call equal, and that are not the same code points, are two keys.
@Suite struct ExactKeyTests {
    static let spellings = ["\u{e9}", "e\u{301}"]

    @Test func oneAdvanceGivesEachSpellingItsAlert() throws {
        let rule = RuleDraft(
            match: "activity.kind == 'login.failure'",
            verb: .threshold(by: ["activity.country"], .sliding(.minutes(10)), [.init("n", .count)]), alertIf: "n >= 2")
        let acts = (0..<4).map {
            TestFacts.Act(Int64($0), "login.failure", user: 1, country: Self.spellings[$0 % 2])
        }
        let engine = TestFacts.engine([try rule.bind()])
        _ = engine.process(TestFacts.batch(acts))
        let findings = engine.finish()
        #expect(findings.map(\.dedupKey.keyID).sorted() == Set(findings.map(\.dedupKey.keyID)).sorted())
        #expect(findings.count == 2)
    }

    @Test func rowsOfEachSpellingAreUndecidedForThemselves() throws {
        var snapshot = DirectorySnapshot(generation: 3, observedAt: TestFacts.start)
        for kind in EntityKind.allCases { snapshot.availability[kind] = .complete }
        for (place, name) in Self.spellings.enumerated() {
            snapshot.users.append(User(id: Int64(place + 1), username: name, status: .active))
        }
        let rule = RuleDraft(alertIf: "int(user.username) > 0", key: ["user.username"], each: "user")
        var pass = StatePass([try rule.bind()], connection: "main")
        let binding = RuleBinding(connection: "main", policy: "default", rule: rule.id)
        pass.alertKeys = Set(Self.spellings.map { DedupKey(binding: binding, key: [.text($0)]) })
        #expect(pass.alertKeys.count == 2)
        let results = pass.evaluate(
            DirectoryRows(index: DirectoryIndex(snapshot), connection: "main"), generation: 3, at: TestFacts.start)
        let result = try #require(results.first?.evaluation)
        #expect(result.undecided.map(\.keyID).count == 2)
        #expect(result.undecided.map(\.key) == Self.spellings.reversed().map { [.text($0)] })
    }
}
