import Alerting
import CEL

extension EndedSearch {
    init(_ hit: DeadlineHit) { self.init(pattern: hit.pattern, textHash: hit.textHash) }

    var hit: DeadlineHit { DeadlineHit(pattern: pattern, textHash: textHash) }
}

extension EvaluationContext {
    /// Searches that the wall clock ended so far, without those that it was told of.
    var endedSearches: Set<EndedSearch> { Set(deadlineHits.map { EndedSearch($0) }) }

    /// Ends these searches as they ended before.
    func honour(_ searches: Set<EndedSearch>) { knownDeadlineHits.formUnion(searches.map(\.hit)) }
}
