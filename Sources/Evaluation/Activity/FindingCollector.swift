import Alerting
import Timekeeping

/// The findings of one call, with those of one episode drawn together as far as they come in order of time.
///
/// Of each episode the first finding is kept, which makes the alert's identity, the last, which says how things
/// stand, and those that reach a new highest severity; what lies between adds its activities and its number to the
/// last, unless it is needed to bridge the cooldown. Alerting joins episodes across calls, and what it makes of them is
/// the same however the activities were cut into calls.
struct FindingCollector {
    private struct Run {
        /// The last finding that was kept.
        var place: Int
        /// Whether that is the first of the episode, or the first of its severity.
        var mustStay: Bool
        /// Until when another finding joins the episode.
        var end: Timestamp
        /// Until when one joins it by the finding that was kept before the last: the last may go until then.
        var endBefore: Timestamp
        var peak: Severity
    }

    private var findings: [Finding] = []
    private var runs: [DedupKey: Run] = [:]
    private var openings: [RuleBinding: Int] = [:]
    private let limit: Int
    /// Whether findings come in order of time until the next `take()`.
    ///
    /// Else each is kept as it is, since what is drawn together loses its time.
    var isInOrder = false

    /// - Parameter limit: How many episodes of one binding are kept in one call.
    init(limit: Int) { self.limit = limit }

    /// Adds a finding.
    ///
    /// - Returns: false when the limit is reached, and the finding is not kept.
    mutating func add(_ finding: Finding) -> Bool {
        guard case .activity(_, let cooldown) = finding.origin else { return false }
        guard isInOrder else {
            guard openings[finding.dedupKey.binding, default: 0] < limit else { return false }
            openings[finding.dedupKey.binding, default: 0] += 1
            findings.append(finding)
            return true
        }
        let end = finding.time + cooldown
        guard var run = runs[finding.dedupKey], finding.time <= run.end, finding.time >= findings[run.place].time else {
            let binding = finding.dedupKey.binding
            guard openings[binding, default: 0] < limit else { return false }
            openings[binding, default: 0] += 1
            runs[finding.dedupKey] = Run(
                place: findings.count, mustStay: true, end: end, endBefore: .earliest, peak: finding.severity)
            findings.append(finding)
            return true
        }
        let isHigher = finding.severity > run.peak
        if run.mustStay || isHigher || finding.time > run.endBefore {
            run.mustStay = isHigher
            run.peak = max(run.peak, finding.severity)
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

    /// What was added, in the order of adding; the collector is empty afterwards.
    mutating func take() -> [Finding] {
        defer {
            findings.removeAll(keepingCapacity: true)
            runs.removeAll(keepingCapacity: true)
            openings.removeAll(keepingCapacity: true)
            isInOrder = false
        }
        return findings
    }
}

extension Finding {
    /// The same finding in the place of an earlier one of its episode: with its activities first, at most 100 in all,
    /// at least its severity, and counting both.
    func following(_ earlier: Finding) -> Finding {
        let known = Set(earlier.activityIDs)
        let joined = earlier.activityIDs + activityIDs.filter { !known.contains($0) }
        return with(
            severity: max(severity, earlier.severity), activityIDs: Array(joined.prefix(Alert.activityIDLimit)),
            count: count + earlier.count)
    }
}
