import Alerting
import Directory
import RuleLanguage
import Testing
import Timekeeping

@testable import Evaluation

/// What must not matter does not: the order of arrival, what comes twice, where batches are cut, when it is judged.
///
/// `TOCSIN_PROPERTY_CASES=10000` tries as many seeds; a failure names its seed.
@Suite struct OrderPropertyTests {
    typealias Dice = PropertyLog.Dice

    static func inOrder(_ log: [PropertyLog.Act]) -> [[PropertyLog.Arrival]] {
        [log.map { PropertyLog.Arrival(second: $0.second, act: $0) }]
    }

    /// Runs cases with the seeds from 1 up until one fails.
    static func eachCase(
        _ usual: Int, _ body: (UInt64, inout Dice) throws -> (one: [String], other: [String])
    ) rethrows {
        for seed in 1...UInt64(max(1, PropertyLog.cases(usual))) {
            var dice = Dice(state: seed)
            let (one, other) = try body(seed, &dice)
            guard one != other else { continue }
            let differing = zip(one, other).first { $0 != $1 }
            Issue.record(
                "seed \(seed): \(one.count) and \(other.count), first difference \(String(describing: differing))")
            return
        }
    }

    @Test func everyRuleOfTheBookFires() throws {
        var fired: Set<String> = []
        for seed in 1...UInt64(40) {
            var dice = Dice(state: seed)
            let log = PropertyLog.log(&dice)
            let outcome = PropertyLog.run(Self.inOrder(log), PropertyLog.versions(&dice))
            fired.formUnion(outcome.findings.map(\.dedupKey.binding.rule))
        }
        let raising = PropertyRules.book.rules.filter { !$0.isSignal }.map(\.id)
        #expect(Set(raising).subtracting(fired) == [])
        #expect(raising.count == 21)
    }

    @Test func anyArrivalOrderTwiceAndSplitGivesTheSameAlerts() throws {
        try Self.eachCase(30) { _, dice in
            let log = PropertyLog.log(&dice)
            let versions = PropertyLog.versions(&dice)
            let expected = PropertyLog.run(Self.inOrder(log), versions)
            let found = PropertyLog.run(PropertyLog.split(PropertyLog.arrivals(log, &dice), &dice), versions)
            return (try Self.known(expected), try Self.known(found))
        }
    }

    /// What no order of arrival may change.
    ///
    /// An alert of a rule that answers on arrival is named for what arrived first; its episodes are the same. Where two
    /// activities tell of one act, such a rule answers to the first, and how often it answers is the same.
    static func known(_ outcome: PropertyLog.Outcome, without named: Set<String> = PropertyRules.echoed) throws
        -> [String]
    {
        let counted = outcome.findings.map(\.dedupKey.binding.rule).filter { named.contains($0) }
        let counts = Dictionary(grouping: counted.filter { !uncounted.contains($0) }) { $0 }
        return try outcome.bytes(without: PropertyRules.plain) + outcome.episodes(without: named)
            + counts.map { "\($0.key): \($0.value.count)" }.sorted()
    }

    /// Rules that care for what two activities of one second, type and user may differ in.
    private static let uncounted: Set<String> = ["reads-plain-signal"]

    @Test func twoFeedsInAnyOrderTwiceAndSplitGiveTheSameAlerts() throws {
        try Self.eachCase(30) { _, dice in
            let log = PropertyLog.twoFeeds(PropertyLog.log(&dice), &dice)
            let versions = PropertyLog.versions(&dice)
            let expected = PropertyLog.run(Self.inOrder(log), versions, comparesFeeds: true)
            let found = PropertyLog.run(
                PropertyLog.split(PropertyLog.arrivals(log, &dice), &dice), versions, comparesFeeds: true)
            return (
                try Self.known(expected, without: PropertyRules.plain),
                try Self.known(found, without: PropertyRules.plain)
            )
        }
    }

    @Test func anEndAfterAnyBatchGivesTheSameAlerts() throws {
        try Self.eachCase(30) { seed, dice in
            let comparesFeeds = seed % 2 == 0
            let log = PropertyLog.log(&dice)
            let told = comparesFeeds ? PropertyLog.twoFeeds(log, &dice) : log
            let batches = PropertyLog.split(PropertyLog.arrivals(told, &dice), &dice)
            let versions = PropertyLog.versions(&dice)
            let ends = Set(batches.indices.filter { _ in Int.random(in: 0..<10, using: &dice) == 0 })
            let whole = PropertyLog.run(batches, versions, comparesFeeds: comparesFeeds)
            let broken = PropertyLog.run(batches, versions, comparesFeeds: comparesFeeds, ends: ends)
            return (try whole.bytes(), try broken.bytes())
        }
    }

    @Test func whereBatchesAreCutDoesNotShow() throws {
        try Self.eachCase(30) { _, dice in
            let arrivals = PropertyLog.arrivals(PropertyLog.log(&dice), &dice)
            let versions = PropertyLog.versions(&dice)
            let whole = PropertyLog.run([arrivals], versions)
            let split = PropertyLog.run(PropertyLog.split(arrivals, &dice), versions)
            return (try whole.bytes(), try split.bytes())
        }
    }

    @Test func joinsReadTheSameLiveAsInAReplayAfterLaterChanges() throws {
        try Self.eachCase(30) { _, dice in
            let batches = PropertyLog.split(PropertyLog.arrivals(PropertyLog.log(&dice), &dice), &dice)
            let versions = PropertyLog.versions(&dice)
            let live = PropertyLog.run(batches, versions) { now in
                versions.filter { $0.seenFrom <= TestFacts.at(now) }.map { version in
                    let isOver = version.seenUntil.map { $0 <= TestFacts.at(now) } ?? true
                    return isOver
                        ? version
                        : EntityVersion(
                            entity: version.entity, seenFrom: version.seenFrom, seenUntil: nil,
                            isFirst: version.isFirst)
                }
            }
            return (try live.bytes(), try PropertyLog.run(batches, versions).bytes())
        }
    }
}
