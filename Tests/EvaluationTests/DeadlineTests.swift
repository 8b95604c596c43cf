import Alerting
import CEL
import Testing
import Timekeeping

@testable import Evaluation

/// What waits for silence is concluded in order, and takes no more room than there are sequences that wait.
@Suite struct DeadlineTests {
    typealias Act = TestFacts.Act

    static func deadline(_ second: Int64, _ number: UInt64) -> DeadlineQueue.Deadline {
        .init(moment: TestFacts.at(second), key: GroupKey(values: [.int(1)]), place: 0, number: number)
    }

    @Test func theEarliestComesFirstAndEqualOnesAsTheyCame() {
        var queue = DeadlineQueue()
        let seconds: [Int64] = [5, 3, 9, 3, 1, 9, 3, 2]
        for (place, second) in seconds.enumerated() {
            queue.push(Self.deadline(second, UInt64(place))) { _ in true }
        }
        #expect(queue.sorted.map(\.number) == [4, 7, 1, 3, 6, 0, 2, 5])
        #expect(queue.first?.number == 4)
        var out: [UInt64] = []
        while let next = queue.popFirst(before: TestFacts.at(9)) { out.append(next.number) }
        #expect(out == [4, 7, 1, 3, 6, 0])
        #expect(queue.count == 2)
        while queue.popFirst(before: TestFacts.at(10)) != nil {}
        #expect(queue.count == 0)
    }

    @Test func deadlinesOfSequencesThatEndedAreSweptOut() {
        var queue = DeadlineQueue()
        for number in 0..<20_000 {
            queue.push(Self.deadline(Int64(number), UInt64(number))) { $0.number % 100 == 0 }
        }
        #expect(queue.count <= 2 * 200 + 256)
        let kept = queue.sorted.map(\.number)
        #expect(Set(kept).isSuperset(of: (0..<200).map { $0 * 100 }), "none that waits is lost")
    }

    static func rule() -> RuleDraft {
        RuleDraft(
            verb: .sequence(
                by: ["activity.user_id"], within: .seconds(1000),
                [
                    .init(id: "removed", match: "activity.kind == 'mfa.removed'"),
                    .init(id: "enrolled", match: "activity.kind == 'mfa.enrolled'", isAbsent: true),
                ], until: "activity.kind == 'user.deleted'"))
    }

    @Test(arguments: ["user.deleted", "mfa.enrolled"])
    func sequencesThatEndLeaveNothing(_ end: String) throws {
        let acts = (0..<3000).flatMap { place in
            [Act(Int64(place) / 4, "mfa.removed", user: Int64(place)), Act(Int64(place) / 4, end, user: Int64(place))]
        }.enumerated().map { place, act in
            var act = act
            act.id = "a\(10_000 + place)"
            return act
        }
        let engine = TestFacts.engine([try Self.rule().bind()])
        _ = engine.process(TestFacts.batch(acts))
        _ = engine.advance(to: TestFacts.at(900))
        let state = try #require(engine.ordered.units.first?.verb as? SequenceState)
        #expect(state.liveKeys == 0)
        #expect(state.heldDeadlines <= 256)
        #expect(engine.finish(at: TestFacts.at(5000)).isEmpty)
    }

    @Test func keysWhoseSilenceWasToldAreForgotten() throws {
        let acts = (0..<50).map { Act(Int64($0), "mfa.removed", user: Int64($0)) }
        let engine = TestFacts.engine([try Self.rule().bind()])
        _ = engine.process(TestFacts.batch(acts))
        #expect(engine.advance(to: TestFacts.at(1049)).count == 49)
        #expect(engine.liveKeys == 1)
        #expect(engine.advance(to: TestFacts.at(1050)).count == 1)
        #expect(engine.liveKeys == 0)
    }

    /// A sequence that began earlier may be complete later: its silence is told first all the same.
    @Test func silenceIsToldInTheOrderOfDeadlines() throws {
        var rule = RuleDraft(
            verb: .sequence(
                by: ["activity.user_id"], within: .seconds(100),
                [
                    .init(id: "removed", match: "activity.kind == 'mfa.removed'"),
                    .init(id: "login", match: "activity.kind == 'login.success'"),
                    .init(id: "enrolled", match: "activity.kind == 'mfa.enrolled'", isAbsent: true),
                ]), cooldown: .zero)
        rule.message = "removed.id"
        let acts = [
            Act(0, "mfa.removed", user: 1, id: "early"), Act(10, "mfa.removed", user: 2, id: "late"),
            Act(20, "login.success", user: 2), Act(50, "login.success", user: 1),
        ]
        let engine = TestFacts.engine([try rule.bind()])
        _ = engine.process(TestFacts.batch(acts))
        let findings = engine.finish(at: TestFacts.at(1000))
        #expect(findings.map(\.message) == ["early", "late"])
        #expect(findings.map(\.time) == [TestFacts.at(100), TestFacts.at(110)])
    }
}
