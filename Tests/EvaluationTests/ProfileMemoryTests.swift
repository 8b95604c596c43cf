import Alerting
import FieldStorage
import RuleLanguage
import Testing
import Timekeeping

@testable import Evaluation

/// What profiles remember, and what they forget when there is too much of it.
@Suite struct ProfileMemoryTests {
    typealias Act = TestFacts.Act
    typealias Dice = PropertyLog.Dice

    static let day: Int64 = 86_400

    /// New countries of a user, from the second activity on.
    static func rule(_ match: String = "activity.kind == 'login.success'") -> RuleDraft {
        RuleDraft(
            match: "activity.kind == 'login.success'",
            profiles: [
                .init(
                    name: "country", match: match, by: ["activity.user_id"], value: "activity.country",
                    history: .days(90), learn: .zero)
            ],
            alertIf: "is_new.country", key: ["activity.user_id", "activity.country"])
    }

    static func run(
        _ acts: [Act], _ rule: RuleDraft = rule(), _ change: (inout ActivityEngine.Options) -> Void
    ) throws -> (hits: [TestFacts.Hit], room: Int, statistics: RuleStatistics) {
        var options = ActivityEngine.Options()
        change(&options)
        let engine = TestFacts.engine([try rule.bind()], options: options)
        _ = engine.process(TestFacts.batch(acts))
        let found = engine.finish()
        let hits = found.filter { $0.dedupKey.binding.rule != RoomFinding.rule }.map { TestFacts.Hit($0) }
        return (hits, found.count - hits.count, try #require(engine.statistics.first?.statistics))
    }

    static func visit(_ day: Int64, _ country: String, user: Int64 = 1) -> Act {
        Act(day * Self.day, "login.success", user: user, country: country)
    }

    static let tour = [visit(0, "DE"), visit(1, "FR"), visit(2, "NO"), visit(3, "DE")]

    @Test(arguments: [(3, 0), (2, 2)])
    func valuesOfAllKeysHaveALimit(_ limit: Int, _ forgotten: Int) throws {
        let result = try Self.run(Self.tour) { $0.profileValues = limit }
        #expect(result.hits.map(\.second) == [1, 2].map { $0 * Self.day } + (forgotten > 0 ? [3 * Self.day] : []))
        #expect(result.statistics.passedOver == forgotten)
        #expect((result.room > 0) == (forgotten > 0))
    }

    @Test(arguments: [(3, 0), (2, 2)])
    func valuesOfOneKeyHaveALimitOfTheirOwn(_ limit: Int, _ forgotten: Int) throws {
        let other = [Self.visit(0, "SE", user: 2), Self.visit(4, "SE", user: 2)]
        let result = try Self.run(Self.tour + other) { $0.valuesOfKey = limit }
        #expect(result.hits.contains { $0.second == 3 * Self.day } == (forgotten > 0))
        #expect(result.hits.allSatisfy { $0.key.first == .int(1) }, "the other key loses nothing")
        #expect(result.statistics.passedOver == forgotten)
    }

    /// Of values that were seen at one moment the first in the order of evaluation leaves, in every run.
    @Test func equalMomentsLeaveInTheOrderOfEvaluation() throws {
        let names = (0..<40).map { "C\($0)" }
        let acts =
            names.enumerated().map { Act(0, "login.success", user: 1, country: $1, id: "a\(100 + $0)") }
            + names.enumerated().map { Act(Self.day + Int64($0), "login.success", user: 1, country: $1) }
        // Twenty are left. Each of the first twenty is new again and pushes out one that was still to come.
        let result = try Self.run(acts) { $0.valuesOfKey = 20 }
        #expect(result.hits.filter { $0.second >= Self.day }.count == 40)
        let backwards =
            acts.prefix(40)
            + acts.dropFirst(40).reversed().enumerated().map { place, act in
                var act = act
                act.second = Self.day + Int64(place)
                return act
            }
        let known = try Self.run(Array(backwards)) { $0.valuesOfKey = 20 }
        #expect(known.hits.filter { $0.second >= Self.day }.map(\.second) == (20..<40).map { Self.day + $0 })
    }

    @Test func whatIsPastTakesNoRoom() throws {
        let memory = ProfileMemory(history: .days(90), EngineLimits())
        let writer = KeyWriter()
        writer.begin()
        writer.append(.int(1), isLast: true)
        for day in 0..<200 {
            let moment = TestFacts.at(Int64(day) * Self.day)
            let place = memory.use(writer.key, at: moment).place
            _ = memory.lastSeen(.int(Int64(day)), of: place)
            memory.see(place, at: moment)
        }
        #expect(memory.liveValues == 90)
        #expect(memory.crowdedOut == 0)
    }

    /// Conditions of a profile that have no value say neither that something is new nor that it is not.
    @Test(arguments: ["int(activity.country) > 0", "activity.ip.size() / (activity.user_id - 1) > 0"])
    func aMatchWithoutAValueIsNoAnswer(_ match: String) throws {
        var rule = Self.rule(match.replacing("activity.ip.size()", with: "activity.user_id"))
        rule.alertIf = "!is_new.country"
        let result = try Self.run([Self.visit(0, "DE")], rule) { _ in }
        #expect(result.hits.isEmpty)
        #expect(result.statistics.errors == 1)
        #expect(result.statistics.unknowns == 1)
    }

    @Test func aKeyWithoutAValueIsNoAnswerEither() throws {
        var rule = Self.rule()
        rule.profiles[0] = .init(
            name: "country", match: "true", by: ["10 / (activity.user_id - 1)"], value: "activity.country",
            history: .days(90), learn: .zero)
        rule.alertIf = "!is_new.country"
        #expect(try Self.run([Self.visit(0, "DE")], rule) { _ in }.hits.isEmpty)
        #expect(try Self.run([Self.visit(0, "DE", user: 3)], rule) { _ in }.hits.count == 1)
    }

    /// A memory against a list of what was seen, over an end and a restart.
    @Test(arguments: [(1, 4, 3, 2), (2, 9, 4, 5), (3, 3, 8, 2), (4, 1, 1, 1)] as [(UInt64, Int, Int, Int)])
    func memoriesDoWhatAListDoes(_ seed: UInt64, _ values: Int, _ ofKey: Int, _ keyLimit: Int) throws {
        var dice = Dice(state: seed)
        var limits = EngineLimits()
        (limits.profileValues, limits.valuesOfKey, limits.keys) = (values, ofKey, keyLimit)
        var memory = ProfileMemory(history: .seconds(40), limits)
        var model: [(key: Int64, value: Int64, second: Int64)] = []
        var keys: [Int64] = []
        var forgotten = 0
        var now: Int64 = 0
        let writer = KeyWriter()
        for step in 0..<4000 {
            now += Int64.random(in: 0...4, using: &dice)
            let (key, value) = (Int64.random(in: 0..<4, using: &dice), Int64.random(in: 0..<7, using: &dice))
            if !keys.contains(key), keys.count >= keyLimit {
                let quiet = keys.removeFirst()
                model.removeAll { $0.key == quiet }
            }
            keys.removeAll { $0 == key }
            keys.append(key)
            writer.begin()
            writer.append(.int(key), isLast: true)
            let place = memory.use(writer.key, at: TestFacts.at(now)).place
            let known = model.last { $0.key == key && $0.value == value }
            let seen = memory.lastSeen(.int(value), of: place)
            #expect(seen == known.map { TestFacts.at($0.second) }, "seed \(seed), step \(step)")
            memory.see(place, at: TestFacts.at(now))
            model.removeAll { $0.second <= now - 40 }
            if let at = model.firstIndex(where: { $0.key == key && $0.value == value }) {
                model.remove(at: at)
            } else {
                if model.filter({ $0.key == key }).count >= ofKey, let at = model.firstIndex(where: { $0.key == key }) {
                    model.remove(at: at)
                    forgotten += 1
                }
                if model.count >= values {
                    model.removeFirst()
                    forgotten += 1
                }
            }
            model.append((key, value, now))
            #expect(memory.liveValues == model.count && memory.crowdedOut == forgotten, "seed \(seed), step \(step)")
            if step % 500 == 499 { memory = try Self.again(memory, limits) }
        }
    }

    private static func again(_ memory: ProfileMemory, _ limits: EngineLimits) throws -> ProfileMemory {
        var writer = StateWriter()
        try memory.save(to: &writer)
        let next = ProfileMemory(history: .seconds(40), limits)
        try writer.bytes.withUnsafeBytes { bytes in
            var reader = StateReader(bytes)
            try next.restore(from: &reader)
            #expect(reader.isAtEnd)
        }
        return next
    }
}
