public import Alerting
public import CEL
public import RuleLanguage
public import Timekeeping

extension ActivityEngine {
    /// What an engine is told beside its rules.
    public struct Options {
        /// How many keys one rule holds; more push the quietest out, which is counted.
        public var keyLimit = 100_000
        /// How many unfinished sequences one key has; more push the oldest out.
        public var partialLimit = 64
        /// How many ids of activities are remembered to find duplicates.
        public var duplicateMemory = 1_000_000
        /// How many episodes of one rule one call gives at most, a bound of memory; more are counted.
        public var findingLimit = 100_000
        /// Since when the connection's activities are complete: where buckets of `spike` begin.
        public var coverageStart: Timestamp?
        /// From when on a binding raises anything, by policy, rule and digest; earlier activities only build state.
        public var activeFrom: (_ bound: BoundRule) -> Timestamp = { _ in .earliest }

        /// Pattern searches that the deadline ended when these activities were judged before; they end so again.
        public var knownDeadlineHits: Set<DeadlineHit> = []

        /// Whether what signal rules raise is kept, for their tests.
        var keepsSignals = false

        public init() {}
    }

    /// Activities that came, by what became of them.
    public struct Counts: Hashable, Sendable {
        public internal(set) var activities = 0
        public internal(set) var duplicates = 0
        /// Came after the watermark had passed them: seen by rules without memory only.
        public internal(set) var late = 0
        /// Wait for the watermark now.
        public internal(set) var pending = 0
    }

    /// Pattern searches that the deadline ended so far: facts that a replay has to be told.
    public var deadlineHits: Set<DeadlineHit> { frame.context.deadlineHits }

    /// Whether some rule needs activities in order of time.
    public var hasOrderedRules: Bool { rules.contains(where: \.isOrdered) }

    /// What happened to each rule, by policy and rule.
    public var statistics: [(binding: RuleBinding, statistics: RuleStatistics)] {
        rules.map { rule in
            var statistics = rule.statistics
            statistics.evictedKeys = (rule.verb?.evictedKeys ?? 0) + rule.profiles.reduce(0) { $0 + $1.evictedKeys }
            return (rule.binding, statistics)
        }.sorted { $0.binding < $1.binding }
    }
}
