import Alerting
import Directory
import RuleLanguage
import Testing
import Timekeeping

@testable import Evaluation

/// Why a rule fired, and why it did not.
@Suite struct ExplanationTests {
    typealias Act = TestFacts.Act

    static func explain(
        _ draft: RuleDraft, _ acts: [Act], key: [String], at second: Int64, versions: [EntityVersion] = [],
        _ circumstances: ExplanationCircumstances = ExplanationCircumstances()
    ) throws -> RuleExplanation {
        let explainer = try #require(
            ActivityExplainer(
                try draft.bind(), signals: [], connection: "main",
                users: TimelineUsers(timeline: TestFacts.timeline(versions)), key: key,
                at: TestFacts.at(second), circumstances: circumstances))
        explainer.take(TestFacts.batch(acts))
        return explainer.finish()
    }

    static let failures = RuleDraft(
        match: "activity.kind == 'login.failure' && activity.country != 'NO'", kinds: ["login.failure"],
        verb: .threshold(by: ["activity.user_id"], .sliding(.minutes(10)), [.init("n", .count)]), alertIf: "n >= 3",
        cooldown: .minutes(10))

    static let acts = [
        Act(0, "login.failure", user: 7, country: "SE"), Act(60, "login.success", user: 7, country: "SE"),
        Act(120, "login.failure", user: 7, country: "NO"), Act(180, "login.failure", user: 7, country: "SE"),
        Act(200, "login.failure", user: 8, country: "SE"),
    ]

    @Test func theCountAgainstTheLimit() throws {
        let explained = try Self.explain(Self.failures, Self.acts, key: ["7"], at: 600)
        #expect(explained.answer == .conditionFalse)
        #expect(explained.material.all == 5)
        #expect(explained.material.ofKey == 4)
        #expect(explained.material.matched == 2)
        #expect(explained.closest?.at == TestFacts.at(180))
        #expect(explained.closest?.variables == [.init(name: "n", value: "2")])
        #expect(explained.closest?.clauses.map(\.text) == ["n >= 3"])
        #expect(
            explained.refusals.map(\.text) == ["activity.country != 'NO'", "activity.kind == 'login.failure'"])
        #expect(
            explained.refusals.last?.examples == [[.init(name: "activity.kind", value: "\"login.success\"")]])
        #expect(explained.firings.isEmpty)
    }

    @Test func itFiredWithItsActivitiesAndValues() throws {
        let acts = Self.acts + [Act(240, "login.failure", user: 7, country: "SE", id: "third")]
        let explained = try Self.explain(Self.failures, acts, key: ["7"], at: 300)
        #expect(explained.answer == .fired)
        #expect(explained.summary == "it fired at 2026-03-01T00:04:00Z")
        #expect(explained.firings.map(\.at) == [TestFacts.at(240)])
        #expect(explained.firings.first?.activityIDs == ["a1000", "a1003", "third"])
        #expect(explained.firings.first?.evidence.contains { $0.name == "n" && $0.value == .int(3) } == true)
    }

    @Test func aSecondFiringJoinsTheEpisode() throws {
        let acts =
            Self.acts + [
                Act(240, "login.failure", user: 7, country: "SE"), Act(300, "login.failure", user: 7, country: "SE"),
            ]
        let explained = try Self.explain(Self.failures, acts, key: ["7"], at: 310)
        #expect(explained.answer == .joined)
        #expect(explained.openSince == TestFacts.at(240))
        let later = try Self.explain(Self.failures, acts, key: ["7"], at: 4000)
        #expect(later.answer == .conditionFalse)
        #expect(later.firings.count == 2)
    }

    @Test func whatComesAfterTheMomentDoesNotCount() throws {
        let acts = Self.acts + [Act(240, "login.failure", user: 7, country: "SE")]
        #expect(try Self.explain(Self.failures, acts, key: ["7"], at: 239).answer == .conditionFalse)
        #expect(try Self.explain(Self.failures, acts, key: ["7"], at: 240).answer == .fired)
    }

    @Test func nothingOfTheKeyAndNothingAtAll() throws {
        let none = try Self.explain(Self.failures, Self.acts, key: ["9"], at: 600)
        #expect(none.answer == .nothingOfKey)
        #expect(none.summary == "none of 5 activities is of this key")
        let empty = try Self.explain(Self.failures, [], key: ["9"], at: 600)
        #expect(empty.summary == "there is no activity to look at")
    }

    @Test func anExceptionHeldItBack() throws {
        var draft = Self.failures
        draft.exceptions = [("known scanner", "n >= 3", TestFacts.at(100_000))]
        let acts = Self.acts + [Act(240, "login.failure", user: 7, country: "SE")]
        let explained = try Self.explain(draft, acts, key: ["7"], at: 300)
        #expect(explained.answer == .excepted)
        #expect(explained.summary.contains("`known scanner`"))
    }

    @Test func aSequenceNamesTheStepThatDidNotCome() throws {
        let draft = RuleDraft(
            verb: .sequence(
                by: ["activity.user_id"], within: .minutes(10),
                [
                    .init(id: "removed", match: "removed.kind == 'mfa.removed'"),
                    .init(id: "login", match: "login.kind == 'login.success' && login.ip != removed.ip"),
                ]))
        let explained = try Self.explain(
            draft, [Act(0, "mfa.removed", user: 7, ip: "192.0.2.1"), Act(5, "logout", user: 7)], key: ["7"], at: 60)
        #expect(explained.answer == .incomplete)
        #expect(explained.steps.map(\.id) == ["removed", "login"])
        #expect(explained.steps.map(\.count) == [1, 0])
        #expect(explained.summary.contains("`login`"))
    }

    @Test func aRuleWithoutMemoryShowsTheClauseOfAlertIf() throws {
        let draft = RuleDraft(
            match: "activity.kind == 'login.success'", kinds: ["login.success"], alertIf: "activity.country == 'KP'",
            key: ["activity.user_id"])
        let explained = try Self.explain(draft, [Act(0, "login.success", user: 7, country: "SE")], key: ["7"], at: 9)
        #expect(explained.answer == .conditionFalse)
        #expect(explained.closest?.clauses.first?.text == "activity.country == 'KP'")
        #expect(
            explained.closest?.clauses.first?.examples == [[.init(name: "activity.country", value: "\"SE\"")]])
        let fired = try Self.explain(draft, [Act(0, "login.success", user: 7, country: "KP")], key: ["7"], at: 9)
        #expect(fired.answer == .fired)
    }

    @Test func whatCannotBeComputedIsNeitherYesNorNo() throws {
        let draft = RuleDraft(
            match: "activity.risk_score / 0 > 1", kinds: ["login.success"], key: ["activity.user_id"])
        let explained = try Self.explain(draft, [Act(0, "login.success", user: 7, number: 5)], key: ["7"], at: 9)
        #expect(explained.answer == .unknown)
        #expect(explained.refusals.first?.failure == "a division by zero")
    }

    @Test func aFindingSaysThatAPatternLookedAtAPartOnly() throws {
        let draft = RuleDraft(
            match: "activity.ip.matches('^x')", kinds: ["login.success"], key: ["activity.user_id"])
        let long = String(repeating: "x", count: 8193)
        let whole = String(repeating: "x", count: 8192)
        let explained = try Self.explain(
            draft, [Act(0, "login.success", user: 7, ip: long), Act(0, "login.success", user: 8, ip: whole)],
            key: ["7"], at: 9)
        #expect(explained.firings.first?.evidence.contains { $0.name == "searched" } == true)
        let other = try Self.explain(
            draft, [Act(0, "login.success", user: 7, ip: long), Act(0, "login.success", user: 8, ip: whole)],
            key: ["8"], at: 9)
        #expect(other.answer == .fired)
        #expect(other.firings.first?.evidence.contains { $0.name == "searched" } == false)
    }

    // MARK: State rules

    static func state(_ draft: RuleDraft, _ index: DirectoryIndex, key: [String]) throws -> RuleExplanation {
        let explainer = try #require(
            StateExplainer(try draft.bind(), connection: "main", key: key, at: TestFacts.start))
        return explainer.explain(index)
    }

    @Test func aRowIsShownWithWhatWasFalse() throws {
        let index = StateRuleTests.snapshot([.locked, .active, .locked])
        let fired = try Self.state(StateRuleTests.locked, index, key: ["3"])
        #expect(fired.answer == .fired)
        #expect(fired.firings.map(\.message) == ["user3"])
        let quiet = try Self.state(StateRuleTests.locked, index, key: ["2"])
        #expect(quiet.answer == .conditionFalse)
        #expect(quiet.closest?.clauses.first?.text == "user.status == 'locked'")
        #expect(quiet.closest?.clauses.first?.examples.first?.first?.value == "\"active\"")
        #expect(try Self.state(StateRuleTests.locked, index, key: ["9"]).answer == .nothingOfKey)
    }

    @Test func aGroupIsShownWithItsNumbers() throws {
        let index = StateRuleTests.snapshot([.active, .active, .active], supers: [1, 3])
        let quiet = try Self.state(StateRuleTests.tooMany(2), index, key: [])
        #expect(quiet.answer == .conditionFalse)
        #expect(quiet.closest?.variables.first == .init(name: "n", value: "2"))
        #expect(quiet.material.matched == 2)
        #expect(try Self.state(StateRuleTests.tooMany(1), index, key: []).answer == .fired)
    }

    @Test func theTextHasTheAnswerFirst() throws {
        let explained = try Self.explain(Self.failures, Self.acts, key: ["7"], at: 600)
        #expect(
            explained.text == """
                test-rule (policy default), key [7], at 2026-03-01T00:10:00Z

                2 activities of this key match, and `alert_if` did not hold; it came nearest at \
                2026-03-01T00:03:00Z with n = 2

                data      5 in all, from 2026-03-01T00:00:00Z to 2026-03-01T00:03:20Z; 4 of this key, 2 of them match
                no match  `activity.country != 'NO'` is false for 1
                          activity.country = "NO"
                no match  `activity.kind == 'login.failure'` is false for 1
                          activity.kind = "login.success"
                nearest   2026-03-01T00:03:00Z: n = 2
                          `n >= 3` is false: n = 2

                """)
    }

    // MARK: What the monitor was told beside the activities

    @Test(arguments: [(0, RuleExplanation.Answer.joined), (nil, .incomplete)] as [(Int64?, RuleExplanation.Answer)])
    func bucketsOfSpikesBeginWithTheCoverage(_ start: Int64?, _ answer: RuleExplanation.Answer) throws {
        var circumstances = ExplanationCircumstances()
        circumstances.coverageStart = start.map { TestFacts.at($0) }
        let day = OtherVerbTests.day
        let burst = (0..<4).map { Act(4 * day + $0, "user.deleted", user: 1) }
        let explained = try Self.explain(
            OtherVerbTests.spike(), burst, key: [], at: 4 * day + 10, circumstances)
        #expect(explained.answer == answer, "\(explained.summary)")
    }

    @Test(arguments: [(0, 1), (nil, 0)] as [(Int64?, Int)])
    func aSilentConnectionIsSilentSinceTheCoverage(_ start: Int64?, _ firings: Int) throws {
        var circumstances = ExplanationCircumstances()
        circumstances.coverageStart = start.map { TestFacts.at($0) }
        let rule = RuleDraft(verb: .flatline(by: [], within: .seconds(100)))
        let explained = try Self.explain(rule, [], key: [], at: 101, circumstances)
        #expect(explained.firings.map(\.at) == Array(repeating: TestFacts.at(100), count: firings))
    }

    @Test(arguments: [(true, RuleExplanation.Answer.conditionFalse), (false, .fired)])
    func whatTwoFeedsTellIsOne(_ comparesFeeds: Bool, _ answer: RuleExplanation.Answer) throws {
        var circumstances = ExplanationCircumstances()
        circumstances.comparesFeeds = comparesFeeds
        let acts = (0..<2).flatMap { place in
            ["100\(place)", "0d1c\(place)-uuid"].map {
                Act(Int64(place) * 60, "login.failure", user: 7, country: "SE", id: $0, type: 6)
            }
        }
        let explained = try Self.explain(Self.failures, acts, key: ["7"], at: 100, circumstances)
        #expect(explained.answer == answer, "\(explained.summary)")
    }
}
