public import Alerting
import CEL
import RuleLanguage
public import Timekeeping

/// What holds beside the facts when a rule is explained: what a store knows of itself and files do not.
public struct ExplanationCircumstances: Sendable {
    /// From when on the binding raises anything; nil: it always did.
    public var activeFrom: Timestamp?
    /// What is missing of what the rule looks at, as clauses; where there is any, "it did not fire" is no answer.
    public var missing: [String] = []
    /// Since when a state rule has found the key in every copy of the directory; nil: not known.
    public var foundSince: Timestamp?
    /// Since when the connection's activities are complete: where buckets of `spike` and silences begin.
    public var coverageStart: Timestamp?
    /// Whether activities of two feeds come, which tell of much the same.
    public var comparesFeeds = false
    /// Pattern searches that the wall clock ended when the activities were judged; they end so again.
    public var endedSearches: Set<EndedSearch> = []
    /// What else is to be said.
    public var notes: [String] = []

    public init() {}
}

/// What is said of exceptions that would have held.
enum ExpiredException {
    /// A sentence each, by name.
    static func notes(_ expired: [String: Timestamp]) -> [String] {
        expired.sorted { $0.key < $1.key }.map { name, moment in
            "the exception `\(name)` would have held, and expired at \(moment.rfc3339)"
        }
    }
}

extension BoundRule {
    /// The exceptions whose condition holds in a frame and whose time was over, by name, with when that was.
    func expiredExceptions(_ frame: RuleFrame, at moment: Timestamp) -> [String: Timestamp] {
        var expired: [String: Timestamp] = [:]
        for exception in exceptions where moment >= exception.expires && exception.when.truth(frame.frame) == .yes {
            expired[exception.name] = exception.expires
        }
        return expired
    }
}
