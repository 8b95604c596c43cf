import Alerting
import Directory
import FieldStorage
import RuleLanguage
import Testing
import Timekeeping

@testable import Evaluation

/// One activity stands for each occurrence, whichever of those that tell of it comes first.
@Suite struct OccurrenceTests {
    /// What is told: when, as what, by whom; of user 1 and role 5 unless it says otherwise.
    struct Told: Sendable {
        let id: String
        let millisecond: Int64
        var type: Int64 = 147
        var user: Int64? = 1
        var actor: Int64? = 9
        var role: Int64? = 5

        init(
            _ id: String, _ millisecond: Int64, _ type: Int64 = 147, user: Int64? = 1, actor: Int64? = 9,
            role: Int64? = 5
        ) {
            self.id = id
            self.millisecond = millisecond
            self.type = type
            self.user = user
            self.actor = actor
            self.role = role
        }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let told: [Told]
        /// The ids that rules with memory see, in order.
        let counted: [String]

        init(_ name: String, _ told: [Told], _ counted: [String]) {
            testDescription = name
            self.told = told
            self.counted = counted
        }
    }

    static func batch(_ told: [Told], isLate: Set<String> = []) -> ActivityBatch {
        let batch = ActivityBatch(capacity: max(1, told.count))
        for one in told {
            let row = batch.append()
            let time = TestFacts.start + TimeSpan.milliseconds(one.millisecond)
            let kind = ActivityKind.forType(one.type)
            batch[row, .id] = batch.arena.copy(one.id)
            batch[row, .time] = .timestamp(seconds: time.seconds, nanoseconds: time.nanoseconds)
            batch[row, .kind] = kind.kindSlot
            batch[row, .type] = kind.typeNameSlot
            batch[row, .typeID] = .int(one.type)
            batch[row, .observedBy] = batch.arena.copy(one.id.first?.isNumber == true ? "api" : "webhook")
            batch[row, .isLate] = .bool(isLate.contains(one.id))
            if let user = one.user { batch[row, .userID] = .int(user) }
            if let actor = one.actor { batch[row, .actorID] = .int(actor) }
            if let role = one.role { batch[row, .roleID] = .int(role) }
        }
        return batch
    }

    /// Every finding is an activity of its own.
    static let plain = RuleDraft(id: "plain", match: "activity.type_id != 0", key: ["activity.id"])
    static let counting = RuleDraft(
        id: "counting", match: "activity.type_id != 0",
        verb: .threshold(by: [], .sliding(.hours(1)), [.init("n", .count)]), alertIf: "n >= 1",
        key: ["activity.id"])

    /// Runs arrivals one by one and says how many the plain rule saw, and which the other.
    static func run(
        _ told: [Told], comparesFeeds: Bool = false, late: Set<String> = []
    ) throws -> (plain: [String], counted: [String], engine: ActivityEngine) {
        var options = ActivityEngine.Options()
        options.comparesFeeds = comparesFeeds
        let engine = TestFacts.engine([try plain.bind(), try counting.bind()], options: options)
        var findings: [Finding] = []
        for one in told { findings += engine.process(batch([one], isLate: late)) }
        findings += engine.finish()
        func ids(_ rule: String) -> [String] {
            findings.filter { $0.dedupKey.binding.rule == rule }.compactMap {
                if case .text(let id)? = $0.dedupKey.key.first { return id }
                return nil
            }
        }
        return (ids("plain"), ids("counting"), engine)
    }

    /// How far what rules on arrival answered to is from what rules with memory saw, n-th from n-th, in milliseconds.
    static func distance(_ plain: [String], _ counted: [String], _ told: [Told]) -> Int64 {
        let moments = Dictionary(uniqueKeysWithValues: told.map { ($0.id, $0.millisecond) })
        let (one, other) = (plain.compactMap { moments[$0] }.sorted(), counted.compactMap { moments[$0] }.sorted())
        return zip(one, other).map { abs($0 - $1) }.max() ?? 0
    }

    /// The longest stretch of activities that follow each other within 2 s, in milliseconds.
    static func chain(_ told: [Told]) -> Int64 {
        let moments = told.map(\.millisecond).sorted()
        var (start, last, longest) = (moments.first ?? 0, moments.first ?? 0, Int64(0))
        for moment in moments {
            if moment - last > 2000 { start = moment }
            longest = max(longest, moment - start)
            last = moment
        }
        return longest
    }

    static func eachOrder(_ told: [Told], _ body: ([Told]) throws -> Void) rethrows {
        guard told.count > 1 else { return try body(told) }
        for place in told.indices {
            var rest = told
            let first = rest.remove(at: place)
            try eachOrder(rest) { try body([first] + $0) }
        }
    }

    @Test(arguments: [
        Row("one type alone", [Told("1", 0)], ["1"]),
        Row("the other type alone", [Told("1", 0, 513)], ["1"]),
        Row("both at once: the first by id", [Told("1", 0, 513), Told("2", 0, 147)], ["1"]),
        Row("both, exactly 2 s apart", [Told("1", 0), Told("2", 2000, 513)], ["1"]),
        Row("both, 2.001 s apart", [Told("1", 0), Told("2", 2001, 513)], ["1", "2"]),
        Row("one type twice", [Told("1", 0), Told("2", 100)], ["1", "2"]),
        Row(
            "one type twice, the other twice",
            [Told("1", 0), Told("2", 100), Told("3", 200, 513), Told("4", 300, 513)],
            ["1", "2"]),
        Row("another user", [Told("1", 0), Told("2", 100, 513, user: 2)], ["1", "2"]),
        Row("another role", [Told("1", 0), Told("2", 100, 513, role: 6)], ["1", "2"]),
        Row("a role and none", [Told("1", 0), Told("2", 100, 513, role: nil)], ["1", "2"]),
        Row("another actor", [Told("1", 0), Told("2", 100, 513, actor: 8)], ["1", "2"]),
        Row("no actor in both", [Told("1", 0, actor: nil), Told("2", 100, 513, actor: nil)], ["1"]),
        Row("users that nobody knows", [Told("1", 0, user: nil), Told("2", 100, 513, user: nil)], ["1", "2"]),
        Row("another kind", [Told("1", 0), Told("2", 100, 148)], ["1", "2"]),
        Row("a kind of one type", [Told("1", 0, 5), Told("2", 100, 5)], ["1", "2"]),
        Row("three types of one lock", [Told("1", 0, 19), Told("2", 900, 531), Told("3", 2000, 553)], ["1"]),
        Row("the third too late", [Told("1", 0, 19), Told("2", 900, 531), Told("3", 2001, 553)], ["1", "3"]),
        Row(
            "a chain", [Told("1", 0), Told("2", 1500, 513), Told("3", 3000), Told("4", 4500, 513)], ["1", "3"]),
        Row("a chain that breaks", [Told("1", 0), Told("2", 1500, 513), Told("3", 3000)], ["1", "3"]),
    ])
    func anEchoIsNotEvaluatedInWhateverOrderItComes(_ row: Row) throws {
        try Self.eachOrder(row.told) { order in
            // Everything twice, too.
            let (plain, counted, engine) = try Self.run(order.flatMap { [$0, $0] })
            #expect(counted == row.counted, "\(order.map(\.id))")
            #expect(plain.count == row.counted.count, "\(order.map(\.id))")
            #expect(Self.distance(plain, row.counted, row.told) <= Self.chain(row.told), "\(order.map(\.id))")
            #expect(engine.counts.echoes == row.told.count - row.counted.count)
            #expect(engine.counts.duplicates == row.told.count)
        }
    }

    @Test(arguments: [
        Row("both feeds", [Told("1", 0, 5), Told("w1", 300, 5)], ["w1"]),
        Row("the API alone fills the gap", [Told("1", 0, 5)], ["1"]),
        Row("the webhook alone", [Told("w1", 0, 5)], ["w1"]),
        Row("the last moment of the second", [Told("1", 0, 5), Told("w1", 999, 5)], ["w1"]),
        Row("the next second", [Told("1", 0, 5), Told("w1", 1000, 5)], ["1", "w1"]),
        Row(
            "n-th with n-th: one more in the API", [Told("1", 0, 5), Told("2", 10, 5), Told("w1", 5, 5)], ["w1", "2"]),
        Row(
            "n-th with n-th: one more in the webhook", [Told("1", 0, 5), Told("w1", 5, 5), Told("w2", 6, 5)],
            ["w1", "w2"]),
        Row("another type", [Told("1", 0, 5), Told("w1", 0, 6)], ["1", "w1"]),
        Row("another user", [Told("1", 0, 5), Told("w1", 0, 5, user: 2)], ["1", "w1"]),
        Row("another actor", [Told("1", 0, 5), Told("w1", 0, 5, actor: 2)], ["1", "w1"]),
        Row("another role", [Told("1", 0), Told("w1", 0, role: 6)], ["1", "w1"]),
        Row("no user in both", [Told("1", 0, 6, user: nil), Told("w1", 0, 6, user: nil)], ["w1"]),
        Row(
            "an act of two types in two feeds",
            [Told("1", 0), Told("2", 100, 513), Told("w1", 0), Told("w2", 100, 513)], ["w1"]),
        Row("an echo in the other feed alone", [Told("1", 100, 513), Told("w1", 0)], ["w1"]),
    ])
    func whatTwoFeedsTellCountsOnceInWhateverOrderItComes(_ row: Row) throws {
        try Self.eachOrder(row.told) { order in
            let (plain, counted, engine) = try Self.run(order.flatMap { [$0, $0] }, comparesFeeds: true)
            #expect(counted == row.counted, "\(order.map(\.id))")
            #expect(plain.count == row.counted.count, "\(order.map(\.id))")
            // Twins are of one second.
            #expect(Self.distance(plain, row.counted, row.told) <= Self.chain(row.told) + 999, "\(order.map(\.id))")
            #expect(engine.counts.echoes + engine.counts.twins == row.told.count - row.counted.count)
            #expect(engine.sawTwoFeeds == (Set(row.told.map { $0.id.hasPrefix("w") }).count == 2))
        }
    }

    @Test func kindsAndNeighboursAreNotTakenForEachOther() throws {
        let types: [Int64] = [147, 148, 72, 73, 19, 12, 21, 32, 211]
        var told: [Told] = []
        for type in types {
            for user in Int64(0)..<16 {
                for actor in Int64(0)..<4 {
                    told.append(Told("\(told.count)", 0, type, user: user, actor: actor))
                }
            }
        }
        let (plain, counted, engine) = try Self.run(told)
        #expect(plain.count == told.count && counted.count == told.count)
        #expect(engine.counts.echoes == 0)
    }

    @Test func aLateActivityIsNoTwinOfOneThatWindowsSee() throws {
        // The webhook's came too late for windows; the API's did not, and counts there. Whoever answers on arrival
        // answers once.
        let told = [Told("1", 0, 5), Told("w1", 300, 5)]
        try Self.eachOrder(told) { order in
            let (plain, counted, _) = try Self.run(order, comparesFeeds: true, late: ["w1"])
            #expect(counted == ["1"])
            #expect(plain.count == 1)
        }
    }

    @Test func whatCutsTheWatermarkWithinASecondDoesNotShow() throws {
        for edge in [Int64(0), 500, 999, 1000, 1001] {
            var options = ActivityEngine.Options()
            options.comparesFeeds = true
            let engine = TestFacts.engine([try Self.counting.bind()], options: options)
            var found = engine.process(Self.batch([Told("1", 1100, 5)]))
            found += engine.advance(to: TestFacts.start + .seconds(1) + .milliseconds(edge))
            found += engine.process(Self.batch([Told("w1", 1000 + max(edge, 900), 5)]))
            found += engine.finish()
            let isOneSecond = edge < 1000
            #expect(found.count == (isOneSecond ? 1 : 2), "\(edge)")
        }
    }

    @Test func whatIsForgottenIsTold() throws {
        let engine = TestFacts.engine([try Self.plain.bind()])
        let day: Int64 = 86_400_000
        for number in 0..<4096 {
            _ = engine.process(Self.batch([Told("\(number)", Int64(number), user: Int64(number))]))
        }
        _ = engine.advance(to: TestFacts.start + .milliseconds(day + 10_000))
        _ = engine.process(Self.batch([Told("x", 10_000, 513)]))
        #expect(!engine.forgotTooMuch, "what is 24 h old is remembered")
        _ = engine.process(Self.batch([Told("y", 9_999, 513, user: 2)]))
        #expect(engine.forgotTooMuch)
    }
}
