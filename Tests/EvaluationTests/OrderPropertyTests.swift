import Alerting
import Directory
import RuleLanguage
import Testing
import Timekeeping

@testable import Evaluation

/// What must not matter does not: the order of arrival, what comes twice, where batches are cut, when it is judged.
///
/// `TOCSIN_PROPERTY_CASES=10000` tries as many seeds, from `TOCSIN_PROPERTY_SEED` on; a failure names its seed.
@Suite struct OrderPropertyTests {
    typealias Dice = PropertyLog.Dice

    static func inOrder(_ log: [PropertyLog.Act]) -> [[PropertyLog.Arrival]] {
        [log.map { PropertyLog.Arrival(second: $0.second, act: $0) }]
    }

    /// Runs cases until one says what differs.
    static func eachCase(
        _ usual: Int, name: String = #function, _ body: (UInt64, inout Dice) throws -> String?
    ) rethrows {
        let seeds = PropertyLog.seeds(usual)
        for seed in seeds {
            var dice = Dice(state: seed)
            guard let difference = try body(seed, &dice) else { continue }
            Issue.record("\(name), seed \(seed): \(difference)")
            return
        }
        print("\(name): seeds \(seeds)")
    }

    private static func difference(_ one: PropertyOutcome, _ other: PropertyOutcome) -> String? {
        PropertyOutcome.Record.difference(one.lifes(), other.lifes())
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
        #expect(raising.count == 25)
    }

    @Test func anyArrivalOrderTwiceAndSplitGivesTheSameAlerts() {
        Self.eachCase(30) { _, dice in
            let log = PropertyLog.log(&dice)
            let versions = PropertyLog.versions(&dice)
            let expected = PropertyLog.run(Self.inOrder(log), versions)
            let found = PropertyLog.run(PropertyLog.split(PropertyLog.arrivals(log, &dice), &dice), versions)
            return Self.difference(expected, found, named: PropertyRules.echoed, chain: PropertyLog.chain(of: log))
        }
    }

    /// What an order of arrival changed that it may not change.
    ///
    /// Rules with memory give the same alerts, byte for byte, and so do those that answer on arrival with an alert an
    /// activity. The alert of one that has a key of its own is named for what arrived first; its episodes are the
    /// same. Where several activities tell of one act, such a rule answers to
    /// the first, so its findings are those of ``PropertyTellings``.
    ///
    /// - Parameters:
    ///   - named: The rules that several activities of one act may answer for.
    ///   - chain: How far apart activities are at most that may be of one act.
    private static func difference(
        _ one: PropertyOutcome, _ other: PropertyOutcome, named: Set<String>, chain: TimeSpan
    ) -> String? {
        let told = named.subtracting(choosy)
        let loose = named.union(PropertyRules.keyed)
        return PropertyOutcome.Record.difference(one.lifes(without: loose), other.lifes(without: loose))
            ?? PropertyOutcome.Record.difference(one.episodes(without: named), other.episodes(without: named))
            ?? PropertyTellings(one.findings, of: told).difference(PropertyTellings(other.findings, of: told)) {
                PropertyRules.echoed.contains($0) ? chain : .zero
            }
    }

    /// Rules that look at a field in which two activities of one second, type, user, actor and object may differ.
    private static let choosy: Set<String> = ["reads-plain-signal"]

    @Test func twoFeedsInAnyOrderTwiceAndSplitGiveTheSameAlerts() {
        Self.eachCase(30) { _, dice in
            let log = PropertyLog.twoFeeds(PropertyLog.log(&dice), &dice)
            let versions = PropertyLog.versions(&dice)
            let expected = PropertyLog.run(Self.inOrder(log), versions, comparesFeeds: true)
            let found = PropertyLog.run(
                PropertyLog.split(PropertyLog.arrivals(log, &dice), &dice), versions, comparesFeeds: true)
            return Self.difference(expected, found, named: PropertyRules.plain, chain: PropertyLog.chain(of: log))
        }
    }

    @Test func anEndAfterAnyBatchGivesTheSameAlerts() {
        Self.eachCase(30) { seed, dice in
            let comparesFeeds = seed % 2 == 0
            let log = PropertyLog.log(&dice)
            let told = comparesFeeds ? PropertyLog.twoFeeds(log, &dice) : log
            let batches = PropertyLog.split(PropertyLog.arrivals(told, &dice), &dice)
            let versions = PropertyLog.versions(&dice)
            let ends = Set(batches.indices.filter { _ in Int.random(in: 0..<10, using: &dice) == 0 })
            let whole = PropertyLog.run(batches, versions, comparesFeeds: comparesFeeds)
            let broken = PropertyLog.run(batches, versions, comparesFeeds: comparesFeeds, ends: ends)
            return Self.difference(whole, broken)
        }
    }

    @Test func whereBatchesAreCutDoesNotShow() {
        Self.eachCase(30) { _, dice in
            let arrivals = PropertyLog.arrivals(PropertyLog.log(&dice), &dice)
            let versions = PropertyLog.versions(&dice)
            let whole = PropertyLog.run([arrivals], versions)
            let split = PropertyLog.run(PropertyLog.split(arrivals, &dice), versions)
            return Self.difference(whole, split)
        }
    }

    @Test func joinsReadTheSameLiveAsInAReplayAfterLaterChanges() {
        Self.eachCase(30) { _, dice in
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
            return Self.difference(live, PropertyLog.run(batches, versions))
        }
    }
}
