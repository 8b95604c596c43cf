public import Alerting
public import Directory
public import RuleLanguage
public import Timekeeping

/// What every bound rule says of a connection: state rules of its directory, activity rules of its activities.
public struct AuditEvaluation: Sendable {
    /// One a bound rule, by policy and rule; signal rules have none.
    public let verdicts: [RuleVerdict]

    /// Judges the directory, and joins what an engine found.
    ///
    /// - Parameters:
    ///   - index: nil when no directory was read: state rules are unknown then.
    ///   - moment: `now` of state rules.
    ///   - engine: nil when no activities were read: activity rules are unknown then.
    ///   - findings: Everything that the engine gave.
    ///   - gap: Why activities may be missing; rules that found nothing are unknown then.
    public init(
        _ book: RuleBook, connection: String, index: DirectoryIndex?, at moment: Timestamp,
        engine: ActivityEngine?, findings: [Finding], gap: String? = nil
    ) {
        var verdicts: [RuleVerdict] = []
        if let index {
            verdicts += StatePass(book, connection: connection).evaluate(index, at: moment).map { result in
                RuleVerdict(
                    binding: result.evaluation.binding, bound: result.bound, verdict: result.evaluation.verdict,
                    findings: result.evaluation.findings, statistics: result.statistics)
            }
        }
        let found = Dictionary(grouping: Finding.openings(of: findings), by: \.dedupKey.binding)
        let statistics = Dictionary(
            (engine?.statistics ?? []).map { ($0.binding, $0.statistics) }, uniquingKeysWith: { first, _ in first })
        for bound in book.bindings(for: connection) where !bound.rule.isSignal {
            let binding = RuleBinding(connection: connection, policy: bound.policy, rule: bound.rule.id)
            let missing: String?
            switch bound.body {
            case .state:
                guard index == nil else { continue }
                missing = "no directory was read"
            case .activity:
                missing = engine == nil ? "no activities were read" : gap
            }
            let own = found[binding] ?? []
            let numbers = statistics[binding] ?? RuleStatistics()
            verdicts.append(
                RuleVerdict(
                    binding: binding, bound: bound, verdict: Self.verdict(own, numbers, missing: missing),
                    findings: own, statistics: numbers))
        }
        self.verdicts = verdicts.sorted { $0.binding < $1.binding }
    }

    private static func verdict(_ findings: [Finding], _ statistics: RuleStatistics, missing: String?) -> Verdict {
        if !findings.isEmpty { return .fail }
        if statistics.errors > 0 { return .error(causes: statistics.causes.keys.sorted()) }
        let reasons = statistics.unknownReasons.keys + (missing.map { [$0] } ?? [])
        return reasons.isEmpty ? .pass : .unknown(reasons: reasons.sorted())
    }
}
