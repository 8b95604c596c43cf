import CEL
import Directory
import RuleLanguage
import Testing
import Timekeeping

@testable import Evaluation

/// An engine that goes on from saved bytes does what the one that wrote them would have done.
@Suite struct SavedStateTests {
    typealias Dice = PropertyLog.Dice
    typealias Act = PropertyLog.Act

    static func engine(
        _ versions: [EntityVersion], book: RuleBook = PropertyRules.book, comparesFeeds: Bool = false
    ) -> ActivityEngine {
        var options = ActivityEngine.Options()
        options.coverageStart = TestFacts.start
        options.comparesFeeds = comparesFeeds
        return ActivityEngine(
            book: book, connection: "main",
            history: TestFacts.timeline(versions), options: options)
    }

    /// Arrivals as a store gives them: each activity once.
    static func stored(_ arrivals: [PropertyLog.Arrival]) -> [PropertyLog.Arrival] {
        var seen: Set<String> = []
        return arrivals.filter { seen.insert($0.act.id ?? "").inserted }
    }

    /// Runs batches; after some of them the process ends, and another goes on from a state that may be older.
    ///
    /// - Parameter ends: After which batch it ends, and how many batches before that its state was saved.
    static func run(
        _ batches: [[PropertyLog.Arrival]], _ versions: [EntityVersion], comparesFeeds: Bool, ends: [Int: Int]
    ) throws -> PropertyOutcome {
        var engine = engine(versions, comparesFeeds: comparesFeeds)
        var outcome = PropertyOutcome()
        var states: [[UInt8]] = []
        for (place, batch) in batches.enumerated() {
            let watermark = TestFacts.at((batch.last?.second ?? 0) - PropertyLog.lateness)
            outcome.observe(engine.process(TestFacts.batch(batch.map(\.act))))
            outcome.observe(engine.advance(to: watermark))
            outcome.advance(watermark)
            if !ends.isEmpty { states.append(try engine.savedState()) }
            guard let age = ends[place] else { continue }
            let saved = max(0, place - age)
            let reached = engine.watermark
            engine = Self.engine(versions, comparesFeeds: comparesFeeds)
            try engine.restore(states[saved])
            for batch in batches[(saved + 1)..<(place + 1)] {
                _ = engine.process(TestFacts.batch(batch.map(\.act)))
            }
            _ = engine.advance(to: reached)
        }
        outcome.observe(engine.finish(at: TestFacts.at(2 * PropertyLog.length)))
        outcome.advance(TestFacts.at(100 * PropertyLog.length))
        return outcome
    }

    @Test func goingOnFromASavedStateGivesTheSameAlerts() throws {
        try OrderPropertyTests.eachCase(60) { seed, dice in
            let comparesFeeds = seed % 3 == 0
            let log = PropertyLog.log(&dice)
            let told = comparesFeeds ? PropertyLog.twoFeeds(log, &dice) : log
            let arrivals = Self.stored(PropertyLog.arrivals(told, &dice))
            let batches = PropertyLog.split(arrivals, &dice).filter { !$0.isEmpty }
            let versions = PropertyLog.versions(&dice)
            let ends = Dictionary(
                uniqueKeysWithValues: batches.indices.filter { _ in Int.random(in: 0..<5, using: &dice) == 0 }
                    .map { ($0, Int.random(in: 0...3, using: &dice)) })
            let whole = try Self.run(batches, versions, comparesFeeds: comparesFeeds, ends: [:])
            let broken = try Self.run(batches, versions, comparesFeeds: comparesFeeds, ends: ends)
            return PropertyOutcome.Record.difference(whole.lifes(), broken.lifes())
        }
    }

    /// A state in which every verb remembers something.
    static func fullState() throws -> (bytes: [UInt8], versions: [EntityVersion]) {
        var dice = Dice(state: 7)
        let log = PropertyLog.log(&dice)
        let versions = PropertyLog.versions(&dice)
        let engine = engine(versions)
        _ = engine.process(TestFacts.batch(log))
        _ = engine.advance(to: TestFacts.at(PropertyLog.length - 200))
        return (try engine.savedState(), versions)
    }

    /// An exception of a signal rule is state of who reads its signals, and one that reads a field makes it be held.
    @Test(
        arguments: [
            ("burst", "activity.user_id == 4", false), ("burst", "activity.user_id == 5", false),
            ("counting", "activity.user_id == 4", true), ("counting", "activity.asn == 4", false),
        ])
    func exceptionsAreOfTheStateWhereTheyChangeIt(_ rule: String, _ when: String, _ isOfUse: Bool) throws {
        let counting = SignalTests.rule(
            "counting",
            "match: activity.kind == \"signal.burst\", "
                + "threshold: { by: [activity.user_id], within: 1h, let: { n: count() } }, alert_if: n >= 1")
        func engine(_ rule: String, _ when: String?) -> ActivityEngine {
            let except = when.map {
                "except: [{ name: known, when: \($0), reason: r, owner: o, expires: 2027-01-31 }]"
            }
            let items = ["burst", "counting"].map {
                $0 == rule ? "{ rule: \($0), \(except ?? "") }" : "{ rule: \($0) }"
            }
            let policy = "policy: p\nrules: [\(items.joined(separator: ", "))]\n"
            return SignalTests.engine(SignalTests.book([SignalTests.burst, counting], policies: [policy]))
        }
        let before = engine("none", nil)
        _ = before.process(TestFacts.batch(SignalTests.failures))
        let bytes = try before.savedState()
        if isOfUse {
            try engine(rule, when).restore(bytes)
        } else {
            #expect(throws: StateFault.other) { try engine(rule, when).restore(bytes) }
        }
    }

    @Test func whatIsRestoredIsAsMuchAsWasSaved() throws {
        let (bytes, versions) = try Self.fullState()
        let engine = Self.engine(versions)
        try engine.restore(bytes)
        let again = try engine.savedState()
        #expect(again.count == bytes.count)
        #expect(engine.liveKeys > 0)
        #expect(engine.counts.pending > 0)
    }

    @Test func anyByteThatChangedIsFound() throws {
        let (bytes, versions) = try Self.fullState()
        for place in stride(from: 0, to: bytes.count, by: 97) {
            var damaged = bytes
            damaged[place] ^= 0x10
            #expect(throws: StateFault.damaged("its bytes changed")) { try Self.engine(versions).restore(damaged) }
        }
    }

    @Test func bytesThatEndTooSoonAreRefused() throws {
        let (bytes, versions) = try Self.fullState()
        for count in [0, 1, 8, 9, 40, bytes.count / 2, bytes.count - 1] {
            #expect(throws: StateFault.self) { try Self.engine(versions).restore(Array(bytes[..<count])) }
        }
    }

    /// The check sum alone keeps out what was cut; the reader must do so as well.
    @Test func theReaderNeverReadsPastTheEnd() throws {
        var writer = StateWriter()
        try writer.write(.list([.string("a"), .optional(.int(3)), .map(MapValue([(.string("k"), .double(0.5))]))]))
        let bytes = writer.bytes
        for count in 0..<bytes.count {
            Array(bytes[..<count]).withUnsafeBytes { part in
                _ = #expect(throws: StateFault.self) {
                    var reader = StateReader(part)
                    _ = try reader.readValue()
                }
            }
        }
    }

    @Test func theStateOfOtherRulesOrFeedsIsRefused() throws {
        let (bytes, versions) = try Self.fullState()
        #expect(throws: StateFault.other) { try Self.engine(versions, book: .empty).restore(bytes) }
        #expect(throws: StateFault.other) { try Self.engine(versions, comparesFeeds: true).restore(bytes) }
    }
}
