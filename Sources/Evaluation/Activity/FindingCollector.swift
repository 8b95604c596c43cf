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
        /// The last activity behind the last finding, where a window told.
        var mark: SlidingTable.Mark?
        /// The activities behind the last finding while more of them come; nil: as the finding says.
        var activityIDs: [String]?
        /// The highest severity of the episode so far.
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
    /// - Parameter evidence: The activities behind it, which the finding itself need not name yet.
    /// - Returns: false when the limit is reached, and the finding is not kept.
    mutating func add(_ finding: Finding, _ evidence: ActivityEvidence) -> Bool {
        guard case .activity(_, let cooldown) = finding.origin else { return false }
        let key = finding.dedupKey
        guard isInOrder else {
            guard openings[key.binding, default: 0] < limit else { return false }
            openings[key.binding, default: 0] += 1
            findings.append(finding.with(severity: finding.severity, activityIDs: evidence.activityIDs))
            return true
        }
        let end = finding.time + cooldown
        guard let known = runs.index(forKey: key), finding.time <= runs.values[known].end,
            finding.time >= findings[runs.values[known].place].time
        else {
            guard openings[key.binding, default: 0] < limit else { return false }
            openings[key.binding, default: 0] += 1
            if let known = runs.index(forKey: key) { Self.settle(&runs.values[known], &findings) }
            runs[key] = Run(
                place: findings.count, mustStay: true, end: end, endBefore: .earliest, mark: evidence.mark,
                peak: finding.severity)
            findings.append(finding.with(severity: finding.severity, activityIDs: evidence.activityIDs))
            return true
        }
        let isHigher = finding.severity > runs.values[known].peak
        if runs.values[known].mustStay || isHigher || finding.time > runs.values[known].endBefore {
            Self.settle(&runs.values[known], &findings)
            runs.values[known].mustStay = isHigher
            runs.values[known].peak = max(runs.values[known].peak, finding.severity)
            runs.values[known].endBefore = runs.values[known].end
            runs.values[known].place = findings.count
            runs.values[known].mark = evidence.mark
            findings.append(finding.with(severity: finding.severity, activityIDs: evidence.activityIDs))
        } else {
            Self.replace(&runs.values[known], by: finding, evidence, &findings)
        }
        runs.values[known].end = end
        return true
    }

    /// Puts a finding in the place of the last of its episode.
    private static func replace(
        _ run: inout Run, by finding: Finding, _ evidence: ActivityEvidence, _ findings: inout [Finding]
    ) {
        guard let more = evidence.activityIDs(after: run.mark) else {
            settle(&run, &findings)
            let full = finding.with(severity: finding.severity, activityIDs: evidence.activityIDs)
            findings[run.place] = full.following(findings[run.place])
            run.mark = evidence.mark
            return
        }
        // The window is the one that told of the last finding: what it told then need not be told again.
        var ids = run.activityIDs ?? findings[run.place].activityIDs
        run.activityIDs = nil
        ids += more
        if ids.count > Alert.activityIDLimit { ids.removeLast(ids.count - Alert.activityIDLimit) }
        let earlier = findings[run.place]
        findings[run.place] = finding.with(
            severity: finding.severity, activityIDs: [], count: finding.count + earlier.count)
        run.activityIDs = ids
        run.mark = evidence.mark
    }

    /// Gives the last finding of an episode the activities that came for it.
    private static func settle(_ run: inout Run, _ findings: inout [Finding]) {
        guard let ids = run.activityIDs else { return }
        run.activityIDs = nil
        let last = findings[run.place]
        findings[run.place] = last.with(severity: last.severity, activityIDs: ids)
    }

    /// What was added, in the order of adding; the collector is empty afterwards.
    mutating func take() -> [Finding] {
        defer {
            findings.removeAll(keepingCapacity: true)
            runs.removeAll(keepingCapacity: true)
            openings.removeAll(keepingCapacity: true)
            isInOrder = false
        }
        for place in runs.values.indices { Self.settle(&runs.values[place], &findings) }
        return findings
    }
}

/// The activities behind a finding: named, or those of a window, which are named when somebody wants to know.
enum ActivityEvidence {
    case activities([String])
    case window(SlidingTable, place: Int)

    /// The last ones, at most 100, oldest first.
    var activityIDs: [String] {
        switch self {
        case .activities(let ids): ids
        case .window(let table, let place): table.activityIDs(of: place)
        }
    }

    /// How far the window has come.
    var mark: SlidingTable.Mark? {
        if case .window(let table, _) = self { table.mark } else { nil }
    }

    /// Those after a mark, at most 100, oldest first; nil when it is not the window's.
    func activityIDs(after mark: SlidingTable.Mark?) -> [String]? {
        guard case .window(let table, let place) = self, let mark, mark.isOf(table) else { return nil }
        return table.activityIDs(of: place, after: mark.number)
    }
}

extension Finding {
    /// The same finding in the place of an earlier one of its episode: with its activities first, at most 100 in all,
    /// and counting both.
    ///
    /// The severity is its own: what reached a new highest one stays, so none is lost.
    func following(_ earlier: Finding) -> Finding {
        let known = Set(earlier.activityIDs)
        let joined = earlier.activityIDs + activityIDs.filter { !known.contains($0) }
        return with(
            severity: severity, activityIDs: Array(joined.prefix(Alert.activityIDLimit)), count: count + earlier.count)
    }
}
