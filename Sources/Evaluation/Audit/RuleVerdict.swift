public import Alerting
public import RuleLanguage

/// What one bound rule says of one connection: a line of the audit report.
public struct RuleVerdict: Sendable {
    public let binding: RuleBinding
    public let bound: BoundRule
    public let verdict: Verdict
    /// One an episode or row, sorted.
    public let findings: [Finding]
    public let statistics: RuleStatistics

    public var title: String { bound.rule.title }
    /// The policy's severity of the rule; each finding has its own.
    public var severity: Severity { bound.severity }
}
