public import Alerting
public import RuleLanguage
public import Timekeeping

extension ActivityEngine {
    /// What an engine is told beside its rules.
    public struct Options {
        /// How many keys one rule holds; more push the quietest out, which is counted.
        ///
        /// nil: as the book's limits say.
        public var keyLimit: Int?
        /// How many unfinished sequences one key has; more push the oldest out.
        ///
        /// nil: as the book's limits say.
        public var partialLimit: Int?
        /// How many activities all windows of one rule hold, and how many different values its calendar windows; more
        /// push the oldest out, which is counted.
        ///
        /// nil: as the book's limits say.
        public var windowActivities: Int?
        /// How many activities of one window, the newest, `min`, `max`, `first`, `last`, `collect` and sums of
        /// fractions look at.
        ///
        /// nil: as the book's limits say.
        public var walkedActivities: Int?
        /// How many values all keys of one profile have; more push those out that were seen longest ago, which is
        /// counted.
        ///
        /// nil: as the book's limits say.
        public var profileValues: Int?
        /// How many values one key of a profile has, likewise.
        ///
        /// nil: as the book's limits say.
        public var valuesOfKey: Int?
        /// How many ids of activities are remembered to find duplicates.
        public var duplicateMemory = 1_000_000
        /// Whether activities of the API and of a webhook come, which tell of much the same: see ``Occurrences``.
        public var comparesFeeds = false
        /// How many episodes of one rule one call gives at most, a bound of memory; more are counted.
        public var findingLimit = 100_000
        /// Since when the connection's activities are complete: where buckets of `spike` begin.
        public var coverageStart: Timestamp?
        /// From when on a binding raises anything, by policy, rule and digest; earlier activities only build state.
        public var activeFrom: (_ bound: BoundRule) -> Timestamp = { _ in .earliest }

        /// Pattern searches that the wall clock ended when these activities were judged before; they end so again.
        public var endedSearches: Set<EndedSearch> = []
        /// The clock that bounds pattern searches; nil for the machine's own, which never goes back.
        public var patternClock: (() -> UInt64)?

        /// Whether rules only count what they would raise, in their statistics; signals are raised all the same.
        public var countsOnly = false

        /// Whether what signal rules raise is kept, for their tests.
        var keepsSignals = false

        public init() {}
    }

    /// Activities that came, by what became of them.
    public struct Counts: Hashable, Sendable {
        public internal(set) var activities = 0
        public internal(set) var duplicates = 0
        /// Told of an act that another type number told of before: seen by no rule that answers on arrival.
        public internal(set) var echoes = 0
        /// Told of what the other feed told of before: seen by no rule that answers on arrival.
        public internal(set) var twins = 0
        /// Came after the watermark had passed them: seen by rules without memory only.
        public internal(set) var late = 0
        /// Wait for the watermark now.
        public internal(set) var pending = 0
    }

    /// Pattern searches that the wall clock ended so far: facts that a replay has to be told.
    public var endedSearches: Set<EndedSearch> { frame.context.endedSearches }

    /// Whether some rule needs activities in order of time.
    public var hasOrderedRules: Bool { rules.contains(where: \.isOrdered) }

    /// What happened to each rule, by policy and rule.
    public var statistics: [(binding: RuleBinding, statistics: RuleStatistics)] {
        var ofUnit: [ObjectIdentifier: OrderedUnit] = [:]
        for unit in ordered.units { for rule in unit.rules { ofUnit[ObjectIdentifier(rule)] = unit } }
        return rules.map { rule in
            var statistics = rule.statistics
            if let unit = ofUnit[ObjectIdentifier(rule)] { statistics.add(unit) }
            for profile in rule.profiles {
                statistics.evictedKeys += profile.evictedKeys
                statistics.passedOver += profile.forgottenValues
                statistics.liveKeys += profile.liveKeys
                statistics.stateBytes += profile.byteCount
            }
            return (rule.binding, statistics)
        }.sorted { $0.binding < $1.binding }
    }

    /// Keys that rules with memory remember now, those of shared memory once.
    public var liveKeys: Int {
        ordered.units.reduce(0) { $0 + ($1.verb?.liveKeys ?? 0) }
            + rules.reduce(0) { $0 + $1.profiles.reduce(0) { $0 + $1.liveKeys } }
    }

    /// Bytes that rules with memory hold, each piece counted once however many rules share it.
    public var stateBytes: Int {
        ordered.units.reduce(waiting.byteCount) { $0 + ($1.verb?.byteCount ?? 0) }
            + rules.reduce(0) { $0 + $1.profiles.reduce(0) { $0 + $1.byteCount } }
    }
}

extension RuleStatistics {
    /// Adds what the memory of the rule knows.
    fileprivate mutating func add(_ unit: OrderedUnit) {
        looked += unit.looked
        matched += unit.matched
        evictedKeys += unit.verb?.evictedKeys ?? 0
        passedOver += unit.verb?.passedOver ?? 0
        liveKeys += unit.verb?.liveKeys ?? 0
        stateBytes += unit.verb?.byteCount ?? 0
    }
}

extension BoundRule {
    /// Whether the rule remembers activities, and so must see them in order of time.
    public var hasMemory: Bool {
        guard case .activity(let body) = body else { return false }
        return body.verb != nil || !body.profiles.isEmpty
    }
}
