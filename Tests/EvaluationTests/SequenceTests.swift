import Alerting
import RuleLanguage
import Testing
import Timekeeping

@testable import Evaluation

@Suite struct SequenceTests {
    typealias Act = TestFacts.Act
    typealias Hit = TestFacts.Hit

    static func rule(
        _ steps: [(String, String)], within: TimeSpan = .seconds(60), absent: Bool = false, unordered: Bool = false,
        until: String? = nil, alertIf: String? = nil, message: String = ""
    ) -> RuleDraft {
        let last = steps.count - 1
        let drafts = steps.enumerated().map { place, step in
            RuleDraft.Step(id: step.0, match: step.1, isAbsent: absent && place == last)
        }
        return RuleDraft(
            verb: .sequence(
                by: ["activity.user_id"], within: within, drafts, isUnordered: unordered, until: until),
            alertIf: alertIf, cooldown: .zero, message: message)
    }

    static let removed = ("removed", "activity.kind == 'mfa.removed'")
    static let login = ("login", "activity.kind == 'login.success'")
    static let enrolled = ("enrolled", "activity.kind == 'mfa.enrolled'")

    @Test(arguments: [(60, true), (61, false)] as [(Int64, Bool)])
    func exactlyWithinIsInside(_ second: Int64, _ fires: Bool) throws {
        let acts = [Act(0, "mfa.removed", user: 1), Act(second, "login.success", user: 1)]
        #expect(
            try TestFacts.fired(Self.rule([Self.removed, Self.login]), acts) == (fires ? [Hit(second, [.int(1)])] : []))
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let acts: [Act]
        let hits: [Hit]
    }

    @Test(arguments: [
        Row(
            testDescription: "another order", acts: [Act(0, "login.success", user: 1), Act(1, "mfa.removed", user: 1)],
            hits: []),
        Row(
            testDescription: "equal times go by id",
            acts: [Act(5, "login.success", user: 1, id: "b"), Act(5, "mfa.removed", user: 1, id: "a")],
            hits: [Hit(5, [.int(1)])]),
        Row(
            testDescription: "another key",
            acts: [Act(0, "mfa.removed", user: 1), Act(1, "login.success", user: 2)], hits: []),
        Row(
            testDescription: "null keys never join", acts: [Act(0, "mfa.removed"), Act(1, "login.success")], hits: []),
        Row(
            testDescription: "consumed once, the older partial stays",
            acts: [
                Act(0, "mfa.removed", user: 1), Act(1, "mfa.removed", user: 1), Act(2, "login.success", user: 1),
                Act(3, "login.success", user: 1), Act(4, "login.success", user: 1),
            ], hits: [Hit(2, [.int(1)]), Hit(3, [.int(1)])]),
        Row(
            testDescription: "a new first step does not reset",
            acts: [
                Act(0, "mfa.removed", user: 1), Act(59, "mfa.removed", user: 1), Act(60, "login.success", user: 1),
                Act(60, "login.success", user: 1),
            ], hits: [Hit(60, [.int(1)])]),
    ])
    func decisions(_ row: Row) throws {
        #expect(try TestFacts.fired(Self.rule([Self.removed, Self.login]), row.acts) == row.hits)
    }

    @Test func theNewestPartialWhoseBindingFitsTakesTheActivity() throws {
        let rule = Self.rule(
            [Self.removed, ("login", "activity.kind == 'login.success' && activity.ip == removed.ip")],
            message: "removed.id + ' ' + login.id")
        let acts = [
            Act(0, "mfa.removed", user: 1, ip: "192.0.2.1", id: "a"),
            Act(1, "mfa.removed", user: 1, ip: "192.0.2.1", id: "b"),
            Act(2, "mfa.removed", user: 1, ip: "192.0.2.9", id: "c"),
            Act(3, "login.success", user: 1, ip: "192.0.2.1", id: "d"),
        ]
        let engine = TestFacts.engine([try rule.bind()])
        _ = engine.process(TestFacts.batch(acts))
        let found = engine.finish()
        #expect(found.map(\.message) == ["b d"])
        #expect(found.map(\.activityIDs) == [["b", "d"]])
    }

    @Test func oneActivityNeverFillsTwoSteps() throws {
        let same = Self.rule([("one", "activity.kind == 'login.success'"), ("two", "activity.kind == 'login.success'")])
        #expect(try TestFacts.fired(same, [Act(0, "login.success", user: 1)]) == [])
        #expect(
            try TestFacts.fired(same, [0, 1, 2].map { Act($0, "login.success", user: 1) }) == [Hit(1, [.int(1)])])
    }

    @Test func orderIsEnforcedPastTheSecondStep() throws {
        let rule = Self.rule([Self.removed, Self.login, Self.enrolled])
        let wrong = [
            Act(0, "mfa.removed", user: 1), Act(1, "mfa.enrolled", user: 1), Act(2, "login.success", user: 1),
        ]
        #expect(try TestFacts.fired(rule, wrong) == [])
        #expect(try TestFacts.fired(rule, wrong + [Act(3, "mfa.enrolled", user: 1)]) == [Hit(3, [.int(1)])])
    }

    @Test func untilKillsItsOwnKeyOnly() throws {
        let rule = Self.rule([Self.removed, Self.login], until: "activity.kind == 'mfa.enrolled'")
        let acts = [
            Act(0, "mfa.removed", user: 1), Act(0, "mfa.removed", user: 2), Act(1, "mfa.enrolled", user: 1),
            Act(2, "login.success", user: 1), Act(2, "login.success", user: 2),
        ]
        #expect(try TestFacts.fired(rule, acts) == [Hit(2, [.int(2)])])
    }

    @Test func unorderedStepsMayComeInAnyOrder() throws {
        let rule = Self.rule([Self.removed, Self.login, Self.enrolled], unordered: true)
        let acts = [
            Act(0, "mfa.enrolled", user: 1), Act(5, "mfa.removed", user: 1), Act(60, "login.success", user: 1),
        ]
        #expect(try TestFacts.fired(rule, acts) == [Hit(60, [.int(1)])])
        #expect(try TestFacts.fired(rule, acts.dropLast() + [Act(61, "login.success", user: 1)]) == [])
    }

    @Test(
        arguments: [
            (nil, 200, [60]), (60, 200, []), (61, 200, [60]), (nil, 60, []), (nil, 61, [60]),
        ] as [(Int64?, Int64, [Int64])])
    func absenceWaitsForItsDeadline(_ enrolled: Int64?, _ end: Int64, _ expected: [Int64]) throws {
        let rule = Self.rule([Self.removed, Self.enrolled], absent: true)
        var acts = [Act(0, "mfa.removed", user: 1)]
        if let enrolled { acts.append(Act(enrolled, "mfa.enrolled", user: 1)) }
        #expect(try TestFacts.fired(rule, acts, until: end) == expected.map { Hit($0, [.int(1)]) })
    }

    @Test func partialsBeyondTheLimitPushTheOldestOut() throws {
        var options = ActivityEngine.Options()
        options.partialLimit = 2
        let rule = Self.rule([Self.removed, Self.login], message: "removed.id")
        let acts =
            ["a", "b", "c"].enumerated().map { Act(Int64($0), "mfa.removed", user: 1, id: $1) }
            + (3...5).map { Act($0, "login.success", user: 1, id: "l\($0)") }
        let engine = TestFacts.engine([try rule.bind()], options: options)
        _ = engine.process(TestFacts.batch(acts))
        #expect(engine.finish().filter { $0.dedupKey.binding.rule != RoomFinding.rule }.map(\.message) == ["c", "b"])
        #expect(engine.statistics.first?.statistics.evictedKeys == 1)
    }
}
