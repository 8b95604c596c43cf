import Alerting
import Timekeeping

/// The findings of one call, with those of one episode drawn together.
///
/// Of each episode the first finding is kept, which makes the alert's identity, and the last, which says how things
/// stand; what lies between adds its activities to the last, unless it is needed to bridge the cooldown. Alerting
/// joins episodes across calls.
struct FindingCollector {
    private struct Run {
        /// The last finding that was kept.
        var place: Int
        /// Whether that is the first of the episode too.
        var isOpening: Bool
        /// Until when another finding joins the episode.
        var end: Timestamp
        /// Until when one joins it by the finding that was kept before the last: the last may go until then.
        var endBefore: Timestamp
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
            runs[finding.dedupKey] = Run(place: findings.count, isOpening: true, end: end, endBefore: .earliest)
            findings.append(finding)
            return true
        }
        if run.isOpening || finding.time > run.endBefore {
            run.isOpening = false
            run.endBefore = run.end
            run.place = findings.count
            findings.append(finding)
        } else {
            findings[run.place] = finding.following(findings[run.place])
        }
        run.end = end
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
    /// The same finding in the place of an earlier one of its episode: with its activities first, at most 100 in all,
    /// and at least its severity.
    func following(_ earlier: Finding) -> Finding {
        let known = Set(activityIDs)
        let joined = earlier.activityIDs.filter { !known.contains($0) } + activityIDs
        return with(
            severity: max(severity, earlier.severity),
            activityIDs: Array(joined.suffix(SlidingWindow.evidenceLimit)))
    }
}
