import Alerting
import Timekeeping

/// The findings of one call, with those of one episode drawn together.
///
/// Of each episode the first finding is kept, which makes the alert's identity, and the last, which says how things
/// stand; what lies between adds its activities to the last. Alerting joins episodes across calls.
struct FindingCollector {
    private struct Run {
        /// The last finding that was kept.
        var place: Int
        /// Whether that is the first of the episode too.
        var isOpening: Bool
        var end: Timestamp
    }

    private var findings: [Finding] = []
    private var runs: [DedupKey: Run] = [:]
    private var openings: [RuleBinding: Int] = [:]
    private let limit: Int

    /// - Parameter limit: How many episodes of one binding are kept in one call.
    init(limit: Int) { self.limit = limit }

    /// Adds a finding; best in order of time.
    ///
    /// - Returns: false when the limit is reached, and the finding is not kept.
    mutating func add(_ finding: Finding) -> Bool {
        guard case .activity(_, let cooldown) = finding.origin else { return false }
        let end = finding.time + cooldown
        guard var run = runs[finding.dedupKey], finding.time <= run.end, finding.time >= findings[run.place].time else {
            let binding = finding.dedupKey.binding
            guard openings[binding, default: 0] < limit else { return false }
            openings[binding, default: 0] += 1
            runs[finding.dedupKey] = Run(place: findings.count, isOpening: true, end: end)
            findings.append(finding)
            return true
        }
        run.end = end
        if run.isOpening {
            run.isOpening = false
            run.place = findings.count
            findings.append(finding)
        } else {
            findings[run.place] = finding.adding(activityIDs: findings[run.place].activityIDs)
        }
        runs[finding.dedupKey] = run
        return true
    }

    /// What was added, sorted; the collector is empty afterwards.
    mutating func take() -> [Finding] {
        defer {
            findings.removeAll(keepingCapacity: true)
            runs.removeAll(keepingCapacity: true)
            openings.removeAll(keepingCapacity: true)
        }
        return findings.sorted(by: Finding.isBefore)
    }
}

extension Finding {
    /// The same finding with more activities behind it, older ones first, at most 100 in all.
    func adding(activityIDs older: [String]) -> Finding {
        let known = Set(activityIDs)
        let joined = older.filter { !known.contains($0) } + activityIDs
        return Finding(
            dedupKey: dedupKey, origin: origin, severity: severity, time: time, title: title, message: message,
            evidence: evidence, activityIDs: Array(joined.suffix(SlidingWindow.evidenceLimit)), hold: hold,
            receivers: receivers)
    }
}
