import Alerting
import Directory
import RuleLanguage
import Testing
import Timekeeping

@testable import Evaluation

@Suite struct ActivityEngineTests {
    typealias Act = TestFacts.Act
    typealias Hit = TestFacts.Hit

    static let plain = RuleDraft(
        match: "activity.kind == 'user.assumed'", kinds: ["user.assumed"], key: ["activity.user_id"])
    static let counting = RuleDraft(
        id: "counting", match: "activity.kind == 'login.failure'", kinds: ["login.failure"],
        verb: .threshold(by: ["activity.user_id"], .sliding(.seconds(60)), [.init("n", .count)]),
        alertIf: "n >= 2", cooldown: .zero)

    @Test func plainRulesAnswerOnArrivalAndVerbsAtTheWatermark() throws {
        let engine = TestFacts.engine([try Self.plain.bind(), try Self.counting.bind()])
        let found = engine.process(
            TestFacts.batch([
                Act(0, "login.failure", user: 1), Act(1, "user.assumed", user: 7), Act(2, "login.failure", user: 1),
            ]))
        #expect(found.map { Hit($0) } == [Hit(1, [.int(7)])])
        #expect(engine.counts.pending == 2)
        #expect(engine.advance(to: TestFacts.at(2)).isEmpty, "the watermark is exclusive")
        #expect(engine.advance(to: TestFacts.at(3)).map { Hit($0) } == [Hit(2, [.int(1)])])
        #expect(engine.advance(to: TestFacts.at(3)).isEmpty)
    }

    @Test func rulesThatCannotMatchAreNotLookedAt() throws {
        let engine = TestFacts.engine([try Self.plain.bind()])
        _ = engine.process(TestFacts.batch([Act(0, "login.success"), Act(1, "user.assumed"), Act(2, "no.such.kind")]))
        #expect(engine.statistics.first?.statistics.looked == 1)
    }

    @Test func duplicatesAreLeftOutAndCounted() throws {
        let engine = TestFacts.engine([try Self.counting.bind()])
        let act = Act(0, "login.failure", user: 1, id: "same")
        _ = engine.process(TestFacts.batch([act, act]))
        _ = engine.process(TestFacts.batch([act]))
        #expect(engine.finish().isEmpty)
        #expect(engine.counts.duplicates == 2)
    }

    @Test func lateActivitiesAreSeenByPlainRulesOnly() throws {
        let engine = TestFacts.engine([try Self.plain.bind(), try Self.counting.bind()])
        _ = engine.advance(to: TestFacts.at(100))
        let found = engine.process(
            TestFacts.batch([
                Act(98, "user.assumed", user: 1), Act(99, "login.failure", user: 1), Act(99, "login.failure", user: 1),
                Act(200, "login.failure", user: 2, isLate: true), Act(201, "login.failure", user: 2),
            ]))
        #expect(found.map { Hit($0) } == [Hit(98, [.int(1)])])
        #expect(engine.finish().isEmpty)
        #expect(engine.counts.late == 4)
    }

    @Test func beforeItsActivationABindingBuildsStateAndRaisesNothing() throws {
        var options = ActivityEngine.Options()
        options.activeFrom = { _ in TestFacts.at(10) }
        let engine = TestFacts.engine([try Self.plain.bind(), try Self.counting.bind()], options: options)
        var found = engine.process(
            TestFacts.batch([
                Act(9, "user.assumed", user: 1), Act(10, "user.assumed", user: 2), Act(5, "login.failure", user: 3),
                Act(9, "login.failure", user: 3), Act(10, "login.failure", user: 3),
            ]))
        found += engine.finish()
        #expect(found.map { Hit($0) } == [Hit(10, [.int(2)]), Hit(10, [.int(3)])])
    }

    @Test func targetsAreReadAsTheyStoodBefore() throws {
        let old = User(id: 1, username: "old", createdAt: TestFacts.start)
        let new = User(id: 1, username: "new", createdAt: TestFacts.start)
        let versions = [
            EntityVersion(
                entity: .user(old), seenFrom: TestFacts.at(0), seenUntil: TestFacts.at(50), isFirst: true),
            EntityVersion(entity: .user(new), seenFrom: TestFacts.at(50), seenUntil: nil, isFirst: false),
        ]
        let rule = RuleDraft(
            match: "activity.kind == 'user.assumed'", key: ["target == null ? 'nobody' : target.username"],
            cooldown: .zero)
        let engine = TestFacts.engine([try rule.bind()], versions: versions)
        let found = engine.process(
            TestFacts.batch([
                Act(0, "user.assumed", user: 1), Act(50, "user.assumed", user: 1), Act(51, "user.assumed", user: 1),
                Act(52, "user.assumed", user: 2),
            ]))
        #expect(found.map(\.dedupKey.key) == [[.text("nobody")], [.text("old")], [.text("new")], [.text("nobody")]])
    }

    @Test func signalsAreActivitiesOfOtherRules() throws {
        var signal = Self.counting
        signal.id = "burst"
        signal.isSignal = true
        let reader = RuleDraft(
            id: "reader", match: "activity.kind == 'signal.burst'", kinds: ["signal.burst"],
            verb: .threshold(by: ["activity.user_id"], .sliding(.hours(1)), [.init("n", .count)]),
            alertIf: "n >= 2", cooldown: .zero)
        let engine = TestFacts.engine([try signal.bind(), try reader.bind()])
        _ = engine.process(TestFacts.batch([0, 1, 600, 601].map { Act($0, "login.failure", user: 4) }))
        let found = engine.finish()
        #expect(found.map { Hit($0) } == [Hit(601, [.int(4)])])
        #expect(found.map(\.dedupKey.binding.rule) == ["reader"])
    }

    @Test func oneCallKeepsTheFirstAndTheLastOfAnEpisode() throws {
        var rule = Self.counting
        rule.cooldown = .hours(1)
        let engine = TestFacts.engine([try rule.bind()])
        _ = engine.process(TestFacts.batch((0..<5).map { Act($0, "login.failure", user: 1) }))
        let found = engine.finish()
        #expect(found.map { Hit($0) } == [Hit(1, [.int(1)]), Hit(4, [.int(1)])])
        #expect(found.map(\.count) == [1, 3])
        #expect(found.last?.activityIDs.count == 5)
    }

    @Test(arguments: [(2, 0), (3, 1)])
    func findingsBeyondTheLimitAreCounted(_ users: Int, _ over: Int) throws {
        var options = ActivityEngine.Options()
        options.findingLimit = 2
        let engine = TestFacts.engine([try Self.plain.bind()], options: options)
        let found = engine.process(TestFacts.batch((0..<users).map { Act(0, "user.assumed", user: Int64($0)) }))
        #expect(found.count == 2)
        #expect(engine.statistics.first?.statistics.overflowed == over)
    }
}
