import Alerting
import RuleLanguage
import Testing
import Timekeeping

@testable import Evaluation

@Suite struct OtherVerbTests {
    typealias Act = TestFacts.Act
    typealias Hit = TestFacts.Hit

    @Test(arguments: [(100, true), (101, false)] as [(Int64, Bool)])
    func previousReachesBackExactlyWithin(_ second: Int64, _ fires: Bool) throws {
        let rule = RuleDraft(
            match: "activity.kind == 'login.success'",
            verb: .previous(by: ["activity.user_id"], within: .seconds(100)),
            alertIf: "prev.country != activity.country && elapsed == duration('\(second)s')")
        let acts = [
            Act(0, "login.success", user: 1, country: "DE"), Act(0, "login.success", user: 2, country: "FR"),
            Act(second, "login.success", user: 1, country: "AU"),
        ]
        #expect(try TestFacts.fired(rule, acts) == (fires ? [Hit(second, [.int(1)])] : []))
    }

    static let day: Int64 = 86_400

    static func profile(history: Int64 = 90, learn: Int64 = 14) -> RuleDraft {
        RuleDraft(
            match: "activity.kind == 'login.success'",
            profiles: [
                .init(
                    name: "country", match: "activity.kind == 'login.success'", by: ["activity.user_id"],
                    value: "activity.country", history: .days(history), learn: .days(learn))
            ],
            alertIf: "is_new.country", key: ["activity.user_id", "activity.country"])
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let days: [(Int64, String?)]
        let isNew: Bool
    }

    @Test(arguments: [
        Row(testDescription: "the key is too young", days: [(0, "DE"), (13, "FR")], isNew: false),
        Row(testDescription: "the key is just old enough", days: [(0, "DE"), (14, "FR")], isNew: true),
        Row(testDescription: "seen before", days: [(0, "FR"), (20, "DE"), (30, "FR")], isNew: false),
        Row(testDescription: "seen just inside the history", days: [(0, "FR"), (20, "DE"), (89, "FR")], isNew: false),
        Row(testDescription: "forgotten", days: [(0, "FR"), (20, "FR"), (110, "FR")], isNew: true),
        Row(testDescription: "null is never new", days: [(0, "DE"), (20, nil)], isNew: false),
        Row(testDescription: "the first of a key", days: [(20, "DE")], isNew: false),
    ])
    func profilesTellWhatIsNew(_ row: Row) throws {
        let acts = row.days.map { Act($0.0 * Self.day, "login.success", user: 1, country: $0.1) }
        let last = try #require(row.days.last)
        let hits = try TestFacts.fired(Self.profile(), acts).filter { $0.second == last.0 * Self.day }
        #expect(hits.isEmpty != row.isNew)
    }

    @Test func flatlineFiresOnceAndAgainOnlyAfterTheKeyWasSeen() throws {
        let rule = RuleDraft(
            match: "activity.kind == 'login.success'",
            verb: .flatline(by: ["activity.user_id"], within: .seconds(100)), cooldown: .zero)
        let acts = [
            Act(0, "login.success", user: 1), Act(90, "login.success", user: 1), Act(300, "login.success", user: 2),
            Act(500, "login.success", user: 1),
        ]
        #expect(
            try TestFacts.fired(rule, acts, until: 601)
                == [Hit(190, [.int(1)]), Hit(400, [.int(2)]), Hit(600, [.int(1)])])
        #expect(try TestFacts.fired(rule, acts, until: 600).count == 2)
    }

    @Test func flatlineOfTheWholeConnectionCountsFromCoverage() throws {
        let rule = RuleDraft(verb: .flatline(by: [], within: .seconds(100)), cooldown: .zero)
        var options = ActivityEngine.Options()
        options.coverageStart = TestFacts.start
        #expect(try TestFacts.fired(rule, [], options: options, until: 101) == [Hit(100, [])])
        #expect(try TestFacts.fired(rule, [], options: options, until: 100) == [])
    }

    static func spike(minimum: Int = 3) throws -> RuleDraft {
        RuleDraft(
            match: "activity.kind == 'user.deleted'",
            verb: .spike(by: [], bucket: .days(1), baseline: .days(4), minimum: minimum, zone: .utc),
            alertIf: "current >= 3 && double(current) > mean + 2.0 * stddev", cooldown: .days(1),
            message: "string(current) + ' ' + string(mean) + ' ' + string(buckets) + ' ' + string(max)")
    }

    @Test func spikesCompareTheRunningBucketWithThoseBefore() throws {
        var options = ActivityEngine.Options()
        options.coverageStart = TestFacts.start
        let quiet = (0..<5).map { Act($0 * Self.day + 10, "user.deleted", user: 1) }
        let burst = (0..<4).map { Act(5 * Self.day + $0, "user.deleted", user: 1, id: "b\($0)") }
        let engine = TestFacts.engine([try Self.spike().bind()], options: options)
        _ = engine.process(TestFacts.batch(quiet))
        _ = engine.process(TestFacts.batch(burst))
        let openings = Finding.openings(of: engine.finish())
        #expect(openings.map(\.message) == ["3 1 4 1"])
        #expect(openings.map { Hit($0) } == [Hit(5 * Self.day + 2, [])])
    }

    @Test(arguments: [(2, false), (3, true)] as [(Int64, Bool)])
    func spikesSayNothingBeforeEnoughBuckets(_ day: Int64, _ fires: Bool) throws {
        var options = ActivityEngine.Options()
        options.coverageStart = TestFacts.start
        let burst = (0..<4).map { Act(day * Self.day + $0, "user.deleted", user: 1) }
        #expect(try TestFacts.fired(Self.spike(), burst, options: options).isEmpty != fires)
    }

    @Test func figuresOfBuckets() {
        let figures = BucketFigures([2, 4, 4, 4, 5, 5, 7, 9])
        #expect(figures.mean == 5)
        #expect(figures.deviation == 2)
        #expect(figures.median == 4.5)
        #expect(figures.mad == 0.5)
        #expect(figures.max == 9)
        #expect(figures.p95 == 9)
        #expect(BucketFigures(Array(1...100)).p95 == 95)
        #expect(BucketFigures([]).p95 == 0)
    }
}
