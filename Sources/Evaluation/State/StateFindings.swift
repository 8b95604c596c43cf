import Alerting

/// The findings of one rule over one directory: the first by order stand for themselves, the others are counted.
///
/// Holds at most twice as many as stand for themselves, however many rows violate.
struct StateFindings {
    let limit: Int
    /// Keys of live alerts: those of them that do not stand for themselves stay as they are.
    private let alertKeys: Set<DedupKey>
    private var kept: [Finding] = []
    private(set) var overflow = 0
    private var overflowSeverity: Severity?
    private(set) var overflowKeys: Set<DedupKey> = []

    init(limit: Int, alertKeys: Set<DedupKey>) {
        self.limit = limit
        self.alertKeys = alertKeys
    }

    mutating func append(_ finding: Finding) {
        kept.append(finding)
        if kept.count >= 2 * limit { cut() }
    }

    private mutating func cut() {
        kept.sort(by: Finding.isBefore)
        guard kept.count > limit else { return }
        for finding in kept[limit...] {
            overflow += 1
            overflowSeverity = max(overflowSeverity ?? finding.severity, finding.severity)
            if alertKeys.contains(finding.dedupKey) { overflowKeys.insert(finding.dedupKey) }
        }
        kept.removeSubrange(limit...)
    }

    /// The findings in order, and how bad the worst of those is that are only counted.
    mutating func finish() -> (standing: [Finding], worstOfRest: Severity?) {
        cut()
        return (kept, overflowSeverity)
    }
}
