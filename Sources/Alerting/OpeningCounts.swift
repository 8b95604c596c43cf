import Timekeeping

/// How many alerts each activity rule opened in each hour of its activities' time.
///
/// Past the limit a rule's findings make one summary alert an hour instead. It is counted by the hour and not by the
/// pass, so that it does not matter how the activities were cut into passes.
struct OpeningCounts: Sendable {
    /// Alerts of one rule and hour before the summary.
    let limit: Int
    /// The first part of a summary's key; no rule's key begins so by itself.
    static let mark = EvidenceValue.text("more alerts than the limit")

    private var counts: [RuleBinding: [Int64: Int]] = [:]

    init(limit: Int) { self.limit = limit }

    /// Counts an alert that is kept already.
    mutating func note(_ alert: Alert) {
        guard case .activity = alert.lastOrigin, alert.dedupKey.key.first != Self.mark else { return }
        counts[alert.binding, default: [:]][Self.hour(of: alert.firstSeenAt), default: 0] += 1
    }

    /// Counts an alert that a finding would open.
    ///
    /// - Returns: false when the limit is reached: it belongs to the summary.
    mutating func take(_ finding: Finding) -> Bool {
        guard finding.dedupKey.key.first != Self.mark else { return true }
        let (binding, hour) = (finding.dedupKey.binding, Self.hour(of: finding.time))
        guard counts[binding]?[hour] ?? 0 < limit else { return false }
        counts[binding, default: [:]][hour, default: 0] += 1
        return true
    }

    /// Forgets the hours of a connection before a moment.
    mutating func forget(connection: String, before moment: Timestamp) {
        let first = Self.hour(of: moment)
        for binding in Array(counts.keys) where binding.connection == connection {
            counts[binding] = counts[binding]?.filter { $0.key >= first }
        }
    }

    /// The finding of the hour's summary that takes the place of one beyond the limit.
    func summary(of finding: Finding) -> Finding {
        guard case .activity(let id, _) = finding.origin else { return finding }
        let start = Timestamp(seconds: Self.hour(of: finding.time) * 3600)
        let end = start + TimeSpan(seconds: 3599, nanoseconds: 999_999_999)
        return Finding(
            dedupKey: DedupKey(binding: finding.dedupKey.binding, key: [Self.mark, .time(start)]),
            origin: .activity(id: id, cooldown: end - finding.time), severity: finding.severity, time: finding.time,
            title: finding.title,
            message: "more than \(limit) alerts in the hour from \(start.rfc3339): what else was found is counted here",
            evidence: [Finding.Evidence(name: "limit", value: .int(Int64(limit)))], activityIDs: finding.activityIDs,
            receivers: finding.receivers, count: finding.count)
    }

    private static func hour(of moment: Timestamp) -> Int64 {
        let seconds = moment.seconds
        return seconds >= 0 ? seconds / 3600 : (seconds - 3599) / 3600
    }
}
