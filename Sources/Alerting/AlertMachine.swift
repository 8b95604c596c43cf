public import Timekeeping

/// The life of alerts as a pure machine: findings and the passing of time go in, changes to keep come out.
///
/// It reads no clock and draws no identity: the same input in the same order gives the same changes, and input that
/// it has seen before gives none. One machine holds the alerts of one or more connections.
public struct AlertMachine: Sendable {
    /// How long resolved episodes are remembered, so that what comes late joins the episode it belongs to.
    public let lateLimit: TimeSpan
    /// Pending and open alerts by `DedupKey.keyID`.
    private var live: [String: Alert] = [:]
    /// Resolved alerts by key, in the order of resolving, as long as `lateLimit` asks.
    private var closed: [String: [Alert]] = [:]
    /// The keys in `live` of each binding.
    private var keys: [RuleBinding: Set<String>] = [:]
    /// The last generation that was evaluated for each binding.
    private var generations: [RuleBinding: Int64] = [:]
    private var openings: OpeningCounts

    /// A machine that goes on from kept alerts.
    ///
    /// - Parameters:
    ///   - alerts: What `AlertStore.liveAlerts` gives, in any order.
    ///   - lateLimit: How late a finding may come.
    ///   - hourLimit: Alerts of one activity rule and hour before the summary.
    public init(_ alerts: [Alert] = [], lateLimit: TimeSpan = .hours(24), hourLimit: Int = 1000) {
        self.lateLimit = lateLimit
        openings = OpeningCounts(limit: hourLimit)
        for alert in alerts.sorted(by: { ($0.lastSeenAt, $0.id) < ($1.lastSeenAt, $1.id) }) {
            openings.note(alert)
            if alert.status == .resolved {
                closed[alert.dedupKey.keyID, default: []].append(alert)
            } else {
                keep(alert, key: alert.dedupKey.keyID)
            }
            if let generation = alert.lastGeneration {
                generations[alert.binding] = max(generation, generations[alert.binding] ?? generation)
            }
        }
    }

    /// Pending and open alerts, by id.
    public var alerts: [Alert] { live.values.sorted { $0.id < $1.id } }

    // MARK: Activity rules

    /// Takes in findings of activity rules.
    ///
    /// A finding joins the open alert of its key when it is at most its cooldown after the last one (inclusive);
    /// one that is later resolves that alert and opens the next. One that comes late joins the episode into whose
    /// time it falls, or makes an alert of its own that is resolved at once. Past the hour's
    /// limit of a rule, what would open another is counted in one summary alert.
    ///
    /// - Parameter findings: Best in (time, id) order; the order decides which of two opens an episode.
    public mutating func observe(_ findings: [Finding]) -> AlertChanges {
        var changes = AlertChanges()
        for finding in findings { observe(finding, &changes) }
        return changes
    }

    /// Resolves alerts of activity rules whose last finding and cooldown the watermark has passed.
    ///
    /// They are resolved as of the end of their episode, so it does not matter in which steps the watermark moves.
    public mutating func advance(connection: String, watermark: Timestamp) -> AlertChanges {
        var changes = AlertChanges()
        let over = live.filter { entry in
            guard entry.value.binding.connection == connection, let end = entry.value.episodeEnd else { return false }
            return end < watermark
        }
        for (key, alert) in over.sorted(by: { Self.isBefore($0.value, $1.value) }) {
            resolve(alert, key: key, at: alert.episodeEnd ?? watermark, .quiet, &changes)
        }
        let horizon = watermark - lateLimit
        openings.forget(connection: connection, before: horizon)
        closed = closed.compactMapValues { alerts in
            let kept = alerts.filter { $0.binding.connection != connection || ($0.resolvedAt ?? horizon) >= horizon }
            return kept.isEmpty ? nil : kept
        }
        return changes
    }

    private mutating func observe(_ finding: Finding, _ changes: inout AlertChanges) {
        guard case .activity(_, let cooldown) = finding.origin else {
            preconditionFailure("findings of state rules come through evaluate(_:)")
        }
        let key = finding.dedupKey.keyID
        if let alert = live[key] {
            guard let end = alert.episodeEnd else {
                resolve(alert, key: key, at: max(finding.time, alert.lastSeenAt), .unbound, &changes)
                return open(finding, key: key, &changes)
            }
            if finding.time > end {
                resolve(alert, key: key, at: end, .quiet, &changes)
                return open(finding, key: key, &changes)
            }
            if finding.time + cooldown >= alert.firstSeenAt {
                return join(finding, alert, key: key, &changes)
            }
        }
        if joinClosed(finding, key: key, cooldown: cooldown, &changes) { return }
        guard live[key] != nil else { return open(finding, key: key, &changes) }
        // A late finding from long before the open episode: an episode of its own, and over.
        guard openings.take(finding) else { return observe(openings.summary(of: finding), &changes) }
        var alert = Alert(opening: finding)
        Self.open(&alert, at: finding.time, &changes)
        close(&alert, key: key, at: finding.time + cooldown, .quiet, &changes)
    }

    private mutating func open(_ finding: Finding, key: String, _ changes: inout AlertChanges) {
        guard openings.take(finding) else { return observe(openings.summary(of: finding), &changes) }
        var alert = Alert(opening: finding)
        Self.open(&alert, at: finding.time, &changes)
        keep(alert, key: key)
    }

    private mutating func join(_ finding: Finding, _ before: Alert, key: String, _ changes: inout AlertChanges) {
        guard case .activity(let id, _) = finding.origin else { return }
        var alert = before
        if (finding.time, id) > (alert.lastSeenAt, alert.lastActivityID ?? "") {
            alert.take(finding)
        } else if alert.activityIDs.contains(id) || alert.activityIDs.count >= Alert.activityIDLimit {
            // Seen before, or too many to tell; only its severity may still matter.
        } else {
            alert.findingCount += finding.count
            alert.addActivityIDs(of: finding)
        }
        alert.severity = max(alert.severity, finding.severity)
        Self.noteRefresh(of: &alert, from: before, at: finding.time, &changes)
        live[key] = alert
    }

    /// Adds a late finding to the resolved episode it belongs to.
    private mutating func joinClosed(
        _ finding: Finding, key: String, cooldown: TimeSpan, _ changes: inout AlertChanges
    ) -> Bool {
        guard let alerts = closed[key] else { return false }
        let place = alerts.firstIndex { alert in
            guard let end = alert.episodeEnd else { return false }
            return finding.time <= end && finding.time + cooldown >= alert.firstSeenAt
        }
        guard let place else { return false }
        var alert = alerts[place]
        let count = alert.activityIDs.count
        alert.addActivityIDs(of: finding)
        if alert.activityIDs.count > count {
            alert.findingCount += finding.count
            closed[key]?[place] = alert
            changes.touch(alert)
        }
        return true
    }

    // MARK: State rules

    /// Takes in a complete evaluation of a state rule: keys that violate open or refresh, all others resolve.
    ///
    /// An alert stays pending until the state has lasted `hold` (inclusive) from the generation that showed it
    /// first. Verdicts unknown and error change nothing, and neither does a generation older than the last.
    public mutating func evaluate(_ evaluation: StateEvaluation) -> AlertChanges {
        var changes = AlertChanges()
        switch evaluation.verdict {
        case .unknown, .error: return changes
        case .pass, .fail: break
        }
        if let last = generations[evaluation.binding], evaluation.generation < last { return changes }
        generations[evaluation.binding] = evaluation.generation
        var seen = Set(evaluation.undecided.map(\.keyID))
        let byKey = Dictionary(
            evaluation.findings.map { ($0.dedupKey.keyID, $0) }, uniquingKeysWith: { first, _ in first })
        for (key, finding) in byKey.sorted(by: { $0.key < $1.key }) {
            seen.insert(key)
            observe(finding, key: key, in: evaluation, &changes)
        }
        end((keys[evaluation.binding] ?? []).subtracting(seen), at: evaluation.time, .cleared, &changes)
        return changes
    }

    /// Ends the alerts of a binding that no policy has any more.
    public mutating func retire(_ binding: RuleBinding, at moment: Timestamp) -> AlertChanges {
        var changes = AlertChanges()
        end(keys[binding] ?? [], at: moment, .unbound, &changes)
        generations[binding] = nil
        return changes
    }

    private mutating func end(
        _ ended: Set<String>, at moment: Timestamp, _ reason: Transition.Reason, _ changes: inout AlertChanges
    ) {
        for key in ended.sorted() {
            guard let alert = live[key] else { continue }
            resolve(alert, key: key, at: moment, reason, &changes)
        }
    }

    private mutating func observe(
        _ finding: Finding, key: String, in evaluation: StateEvaluation, _ changes: inout AlertChanges
    ) {
        guard case .state(let generation) = finding.origin else {
            preconditionFailure("findings of activity rules come through observe(_:)")
        }
        if let alert = live[key], alert.lastGeneration == nil {
            resolve(alert, key: key, at: evaluation.time, .unbound, &changes)
        }
        guard let before = live[key] else {
            return begin(finding, key: key, in: evaluation, &changes)
        }
        var alert = before
        if generation > before.lastGeneration ?? generation - 1 { alert.findingCount += 1 }
        let count = alert.findingCount
        alert.take(finding)
        alert.findingCount = count
        alert.severity = finding.severity
        if alert.status == .pending {
            alert.peakSeverity = max(alert.peakSeverity, alert.severity)
            if evaluation.time - alert.firstSeenAt >= finding.hold {
                Self.open(&alert, at: evaluation.time, &changes)
            } else if alert != before {
                changes.touch(alert)
            }
        } else {
            Self.noteRefresh(of: &alert, from: before, at: evaluation.time, &changes)
        }
        live[key] = alert
    }

    /// The first sight of a state, or its second within one generation when the rule was edited in between.
    private mutating func begin(
        _ finding: Finding, key: String, in evaluation: StateEvaluation, _ changes: inout AlertChanges
    ) {
        var alert = Alert(opening: finding)
        if let place = closed[key]?.firstIndex(where: { $0.id == alert.id }), let earlier = closed[key]?[place] {
            alert.sequence = earlier.sequence
            alert.findingCount = earlier.findingCount
            alert.acknowledgement = earlier.acknowledgement
            closed[key]?.remove(at: place)
        }
        if finding.hold > .zero {
            changes.add(.pending, of: &alert, at: evaluation.time)
        } else {
            Self.open(&alert, at: evaluation.time, &changes)
        }
        keep(alert, key: key)
    }

    // MARK: Both

    private mutating func keep(_ alert: Alert, key: String) {
        live[key] = alert
        keys[alert.binding, default: []].insert(key)
    }

    private mutating func resolve(
        _ alert: Alert, key: String, at moment: Timestamp, _ reason: Transition.Reason, _ changes: inout AlertChanges
    ) {
        var alert = alert
        live[key] = nil
        keys[alert.binding]?.remove(key)
        close(&alert, key: key, at: moment, reason, &changes)
    }

    private mutating func close(
        _ alert: inout Alert, key: String, at moment: Timestamp, _ reason: Transition.Reason,
        _ changes: inout AlertChanges
    ) {
        let wasOpen = alert.status == .open
        alert.status = .resolved
        alert.resolvedAt = moment
        changes.add(wasOpen ? .resolved : .withdrawn, of: &alert, at: moment, reason: reason)
        closed[key, default: []].append(alert)
    }

    private static func open(_ alert: inout Alert, at moment: Timestamp, _ changes: inout AlertChanges) {
        alert.status = .open
        alert.openedAt = moment
        changes.add(.opened, of: &alert, at: moment)
    }

    /// Tells how an open alert differs from what it was: raised, refreshed, only touched, or not at all.
    ///
    /// Only alerts of state rules are refreshed: how many findings of an activity rule come one by one and how many
    /// drawn together depends on how the activities were cut into batches, and must not show.
    private static func noteRefresh(
        of alert: inout Alert, from before: Alert, at moment: Timestamp, _ changes: inout AlertChanges
    ) {
        if alert.severity > alert.peakSeverity {
            alert.peakSeverity = alert.severity
            changes.add(.raised, of: &alert, at: moment)
        } else if alert.lastGeneration != nil,
            alert.severity != before.severity || alert.message != before.message
        {
            changes.add(.refreshed, of: &alert, at: moment)
        } else if alert != before {
            changes.touch(alert)
        }
    }

    private static func isBefore(_ left: Alert, _ right: Alert) -> Bool {
        (left.episodeEnd ?? left.lastSeenAt, left.id) < (right.episodeEnd ?? right.lastSeenAt, right.id)
    }
}
