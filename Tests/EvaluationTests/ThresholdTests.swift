import Alerting
import RuleLanguage
import Testing
import Timekeeping

@testable import Evaluation

@Suite struct ThresholdTests {
    typealias Act = TestFacts.Act
    typealias Hit = TestFacts.Hit

    static func rule(
        _ window: Verb.Window, _ lets: [RuleDraft.Let], alertIf: String, by: [String] = ["activity.user_id"],
        cooldown: TimeSpan? = .zero
    ) -> RuleDraft {
        RuleDraft(
            match: "activity.kind == 'login.failure'", kinds: ["login.failure"],
            verb: .threshold(by: by, window, lets), alertIf: alertIf, cooldown: cooldown)
    }

    static let count = [RuleDraft.Let("n", .count)]

    @Test func slidingWindowsLeaveOutTheirStart() throws {
        let rule = Self.rule(.sliding(.seconds(60)), Self.count, alertIf: "n >= 2")
        let inside = [Act(0, "login.failure", user: 1), Act(59, "login.failure", user: 1)]
        let edge = [Act(0, "login.failure", user: 1), Act(60, "login.failure", user: 1)]
        #expect(try TestFacts.fired(rule, inside) == [Hit(59, [.int(1)])])
        #expect(try TestFacts.fired(rule, edge) == [])
    }

    @Test func keysCountApartAndNullNeverJoins() throws {
        let rule = Self.rule(.sliding(.seconds(60)), Self.count, alertIf: "n >= 2")
        let acts = [
            Act(0, "login.failure", user: 1), Act(1, "login.failure", user: 2), Act(2, "login.failure"),
            Act(3, "login.failure"), Act(4, "login.failure", user: 2), Act(5, "login.success", user: 1),
        ]
        #expect(try TestFacts.fired(rule, acts) == [Hit(4, [.int(2)])])
    }

    @Test func noKeyIsOneGroup() throws {
        let rule = Self.rule(.sliding(.seconds(60)), Self.count, alertIf: "n >= 3", by: [])
        let acts = [Act(0, "login.failure", user: 1), Act(1, "login.failure"), Act(2, "login.failure", user: 3)]
        #expect(try TestFacts.fired(rule, acts) == [Hit(2, [])])
    }

    @Test(arguments: [
        ("distinct", "activity.ip", "x == 2", 3), ("sum", "activity.risk_score", "x == 60", 3),
        ("min", "activity.risk_score", "x == 10", 0), ("max", "activity.risk_score", "x == 30", 3),
        ("avg", "activity.risk_score", "x == 20.0", 3), ("first", "activity.ip", "x == '192.0.2.1'", 0),
        ("last", "activity.ip", "x == '192.0.2.2'", 2),
        ("collect", "activity.ip", "x == ['192.0.2.1', '192.0.2.2']", 2),
    ])
    func aggregatesPassOverNull(_ name: String, _ argument: String, _ alertIf: String, _ first: Int64) throws {
        let function = try #require(Aggregate.Function(rawValue: name))
        let rule = Self.rule(.sliding(.seconds(60)), [.init("x", function, argument)], alertIf: alertIf)
        let acts = [
            Act(0, "login.failure", user: 1, ip: "192.0.2.1", number: 10), Act(1, "login.failure", user: 1),
            Act(2, "login.failure", user: 1, ip: "192.0.2.2", number: 20),
            Act(3, "login.failure", user: 1, ip: "192.0.2.1", number: 30),
        ]
        let expected = name == "distinct" ? 2 : first
        #expect(try TestFacts.fired(rule, acts).first == Hit(expected, [.int(1)]))
    }

    @Test func aggregatesForgetWhatLeavesTheWindow() throws {
        let lets: [RuleDraft.Let] = [
            .init("ips", .distinct, "activity.ip"), .init("total", .sum, "activity.risk_score"),
            .init("top", .max, "activity.risk_score"),
        ]
        let rule = Self.rule(.sliding(.seconds(10)), lets, alertIf: "ips == 1 && total == 5 && top == 5")
        let acts = [
            Act(0, "login.failure", user: 1, ip: "192.0.2.1", number: 90),
            Act(5, "login.failure", user: 1, ip: "192.0.2.2", number: 4),
            Act(15, "login.failure", user: 1, ip: "192.0.2.3", number: 5),
        ]
        #expect(try TestFacts.fired(rule, acts) == [Hit(15, [.int(1)])])
    }

    @Test func tumblingWindowsFollowTheZoneAndAlertOnceEach() throws {
        let zone = try #require(TimeZoneRules.named("Europe/Berlin"))
        let rule = Self.rule(.tumbling(.days(1), zone: zone), Self.count, alertIf: "n >= 2", cooldown: nil)
        // Midnight in Berlin is 23:00 UTC: 82,800 s.
        let acts = [
            Act(82_798, "login.failure", user: 1), Act(82_799, "login.failure", user: 1),
            Act(82_800, "login.failure", user: 1), Act(82_801, "login.failure", user: 1),
            Act(90_000, "login.failure", user: 1),
        ]
        #expect(try TestFacts.fired(rule, acts) == [Hit(82_799, [.int(1)]), Hit(82_801, [.int(1)])])
    }

    @Test func sessionsEndAfterTheirGap() throws {
        let rule = Self.rule(.session(gap: .seconds(10)), Self.count, alertIf: "n >= 3")
        let joined = [0, 9, 18].map { Act($0, "login.failure", user: 1) }
        let parted = [0, 9, 19].map { Act($0, "login.failure", user: 1) }
        #expect(try TestFacts.fired(rule, joined) == [Hit(18, [.int(1)])])
        #expect(try TestFacts.fired(rule, parted) == [])
    }

    @Test(arguments: [(3599, 1), (3600, 1), (3601, 2)] as [(Int64, Int)])
    func findingsWithinTheCooldownAreOneEpisode(_ second: Int64, _ episodes: Int) throws {
        let rule = Self.rule(.sliding(.seconds(60)), Self.count, alertIf: "n >= 1", cooldown: .hours(1))
        let acts = [Act(0, "login.failure", user: 1), Act(second, "login.failure", user: 1)]
        #expect(try TestFacts.fired(rule, acts).count == episodes)
    }

    @Test func keysBeyondTheLimitPushTheQuietestOutAndAreCounted() throws {
        var options = ActivityEngine.Options()
        options.keyLimit = 2
        let rule = Self.rule(.sliding(.seconds(60)), Self.count, alertIf: "n >= 2")
        let acts = [1, 2, 1, 3, 1, 2].enumerated().map { Act(Int64($0), "login.failure", user: $1) }
        let engine = TestFacts.engine([try rule.bind()], options: options)
        _ = engine.process(TestFacts.batch(acts))
        let found = engine.finish()
        let hits = found.filter { $0.dedupKey.binding.rule == rule.id }.map { Hit($0) }
        #expect(hits == [Hit(2, [.int(1)]), Hit(4, [.int(1)])], "user 2 was pushed out by user 3")
        #expect(engine.statistics.first?.statistics.evictedKeys == 2)
        #expect(engine.statistics.first?.statistics.liveKeys == 2)
        let told = found.filter { $0.dedupKey.binding.rule == RoomFinding.rule }
        #expect(told.map { Hit($0) } == [Hit(3, [.text(rule.id)])], "told once, when the first key left")
    }

    @Test(arguments: [(2, 1), (3, 0)])
    func theKeyLimitIsTheBooksWhereTheEngineIsToldNone(_ limit: Int, _ evicted: Int) throws {
        var rule = Self.rule(.sliding(.seconds(60)), Self.count, alertIf: "n >= 9")
        rule.limits.keys = limit
        let acts = [1, 2, 3].enumerated().map { Act(Int64($0), "login.failure", user: $1) }
        let engine = TestFacts.engine([try rule.bind()])
        _ = engine.process(TestFacts.batch(acts))
        _ = engine.finish()
        #expect(engine.statistics.first?.statistics.evictedKeys == evicted)
    }

    @Test(arguments: [(3599, 1), (3600, 2)] as [(Int64, Int)])
    func roomIsMissedOnceAnHour(_ second: Int64, _ count: Int) throws {
        var options = ActivityEngine.Options()
        options.keyLimit = 1
        let rule = Self.rule(.sliding(.hours(2)), Self.count, alertIf: "n >= 9")
        let acts = [(0, 1), (1, 2), (1 + second, 3)].map { Act($0.0, "login.failure", user: $0.1) }
        let engine = TestFacts.engine([try rule.bind()], options: options)
        _ = engine.process(TestFacts.batch(acts))
        #expect(engine.finish().count == count)
    }

    @Test func anErrorIsNeitherTrueNorFalseAndIsCounted() throws {
        let rule = Self.rule(.sliding(.seconds(60)), Self.count, alertIf: "1 / (n - 1) >= 0")
        let acts = [Act(0, "login.failure", user: 1), Act(1, "login.failure", user: 1)]
        let engine = TestFacts.engine([try rule.bind()])
        _ = engine.process(TestFacts.batch(acts))
        #expect(engine.finish().map { Hit($0) } == [Hit(1, [.int(1)])])
        #expect(engine.statistics.first?.statistics.errors == 1)
        #expect(engine.statistics.first?.statistics.causes.keys.first == "a division by zero")
    }
}
