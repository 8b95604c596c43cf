import Alerting
import RuleLanguage
import Testing
import Timekeeping

@testable import Evaluation

/// What an engine says it holds is what rules remember, with its text.
@Suite struct HeldBytesTests {
    typealias Act = TestFacts.Act

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let rule: RuleDraft
        /// Whether the long text is that of the id.
        var isID = false
        /// When nothing of it is needed any more.
        var over: Int64 = 100_000
    }

    static let match = "activity.kind == 'login.success'"
    static let by = ["activity.user_id"]
    static let steps: [RuleDraft.Step] = [
        .init(id: "one", match: match), .init(id: "two", match: "activity.kind == 'logout' && activity.ip != one.ip"),
    ]

    static let rows = [
        Row(
            testDescription: "previous",
            rule: RuleDraft(match: match, verb: .previous(by: by, within: .hours(1)), alertIf: "prev.ip == 'x'")),
        Row(
            testDescription: "flatline", rule: RuleDraft(match: match, verb: .flatline(by: by, within: .hours(1)))),
        Row(
            testDescription: "sequence",
            rule: RuleDraft(verb: .sequence(by: by, within: .hours(1), steps))),
        Row(
            testDescription: "calendar window",
            rule: RuleDraft(
                match: match,
                verb: .threshold(by: by, .tumbling(.hours(1), zone: .utc), [.init("n", .distinct, "activity.ip")]),
                alertIf: "n > 5")),
        Row(
            testDescription: "session",
            rule: RuleDraft(
                match: match,
                verb: .threshold(by: by, .session(gap: .hours(1)), [.init("who", .collect, "activity.ip", limit: 9)]),
                alertIf: "who.size() > 5")),
        Row(
            testDescription: "sliding window",
            rule: RuleDraft(
                match: match,
                verb: .threshold(by: by, .sliding(.hours(1)), [.init("last", .last, "activity.ip")]),
                alertIf: "last == 'x'")),
        Row(
            testDescription: "spike",
            rule: RuleDraft(
                match: match,
                verb: .spike(by: by, bucket: .hours(1), baseline: .hours(4), minimum: 2, zone: .utc),
                alertIf: "current > 50"), isID: true),
        Row(
            testDescription: "profile",
            rule: RuleDraft(
                match: match,
                profiles: [
                    .init(
                        name: "ip", match: match, by: by, value: "activity.ip", history: .hours(1), learn: .zero)
                ], alertIf: "is_new.ip", key: by)),
    ]

    static let count = 500
    static let length = 600

    private static func acts(_ row: Row, from second: Int64, users: Range<Int>) -> [Act] {
        users.map { user in
            let text = "\(user) " + String(repeating: "x", count: length)
            return Act(
                second, "login.success", user: Int64(user), ip: row.isID ? "192.0.2.1" : text,
                id: row.isID ? text : "\(second)-\(user)")
        }
    }

    /// What rules remember, without activities that wait.
    private static func held(_ engine: ActivityEngine) -> Int { engine.stateBytes - engine.waiting.byteCount }

    @Test(arguments: rows)
    func theBytesAreThoseOfWhatWasAdded(_ row: Row) throws {
        let engine = TestFacts.engine([try row.rule.bind()])
        var held = [Self.held(engine)]
        for step in 1...2 {
            let users = (step - 1) * Self.count..<step * Self.count
            _ = engine.process(TestFacts.batch(Self.acts(row, from: Int64(step), users: users)))
            _ = engine.advance(to: TestFacts.at(Int64(step) + 1))
            held.append(Self.held(engine))
        }
        let text = Self.count * Self.length
        // A key takes a few hundred bytes beside its text, a remembered activity some 2 KB for all its fields.
        for (less, more) in zip(held, held.dropFirst()) {
            #expect(more - less >= text, "\(held)")
            #expect(more - less < 2 * text + Self.count * 3000, "\(held)")
        }
        let saved = try engine.savedState()
        let again = TestFacts.engine([try row.rule.bind()])
        try again.restore(saved)
        let restored = Self.held(again)
        #expect(abs(restored - Self.held(engine)) < restored / 3, "as much after a restart")
        #expect(restored > 2 * text)
        // One more key, when all the others are of no use any more.
        _ = engine.process(TestFacts.batch(Self.acts(row, from: row.over, users: 7777..<7778)))
        _ = engine.advance(to: TestFacts.at(row.over + 1))
        let left = Self.held(engine)
        #expect(left < (held.last ?? 0) - 2 * text + 20_000, "\(held), then \(left)")
    }

    @Test func keysOfSpikesGoWithTheirBaseline() throws {
        var options = ActivityEngine.Options()
        options.coverageStart = TestFacts.start
        let day: Int64 = 86_400
        let rule = RuleDraft(
            match: Self.match,
            verb: .spike(by: Self.by, bucket: .days(1), baseline: .days(4), minimum: 2, zone: .utc),
            alertIf: "current > 50")
        let engine = TestFacts.engine([try rule.bind()], options: options)
        let acts =
            [Act(10, "login.success", user: 1)] + (1...5).map { Act($0 * day + 10, "login.success", user: 2) }
        _ = engine.process(TestFacts.batch(acts))
        _ = engine.advance(to: TestFacts.at(4 * day + 11))
        #expect(engine.liveKeys == 2, "its bucket is the first of the baseline")
        _ = engine.advance(to: TestFacts.at(5 * day + 11))
        #expect(engine.liveKeys == 1)
    }

    /// A baseline is worked out once a bucket and key; the counts of the bucket go on all the same.
    @Test func figuresFollowTheBuckets() throws {
        var options = ActivityEngine.Options()
        options.coverageStart = TestFacts.start
        let rule = RuleDraft(
            match: Self.match,
            verb: .spike(by: [], bucket: .hours(1), baseline: .hours(3), minimum: 1, zone: .utc),
            alertIf: "true", cooldown: .zero,
            message: "string(current) + '/' + string(mean) + '/' + string(max) + '/' + string(buckets)")
        let seconds: [Int64] = [0, 3600, 3601, 3602, 7200, 7201, 18_000, 18_001, 100_000]
        let engine = TestFacts.engine([try rule.bind()], options: options)
        _ = engine.process(TestFacts.batch(seconds.map { Act($0, "login.success", user: 1) }))
        let messages = engine.finish().map(\.message)
        #expect(
            messages == [
                "1/1/1/1", "2/1/1/1", "3/1/1/1", "1/2/3/2", "2/2/3/2", "1/0.6666666666666666/2/3",
                "2/0.6666666666666666/2/3", "1/0/0/3",
            ])
    }
}
