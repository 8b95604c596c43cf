public import Alerting
import Timekeeping

/// Findings of activity rules drawn together into episodes, the same ones whatever the order in which they come.
///
/// A finding stands for the time from its own to its own plus its cooldown, both inclusive; findings of one key whose
/// times meet are one episode. In order of time that is the life of an alert in `AlertMachine`; here, where nothing
/// has to be told at once, a finding that comes early or late joins two episodes into one just as well.
public struct EpisodeTable: Sendable {
    /// Findings that are one alert.
    public struct Episode: Sendable {
        /// The earliest, whose activity gives the alert its identity.
        public fileprivate(set) var first: Finding
        /// The latest, which says how things stood last.
        public fileprivate(set) var last: Finding
        /// The highest severity of any of them.
        public fileprivate(set) var severity: Severity
        /// How many findings there were.
        public fileprivate(set) var count: Int
        /// Activities with the time of the finding that brought each and its place there.
        fileprivate var evidence: [(time: Timestamp, place: Int, id: String)]
        fileprivate var end: Timestamp

        /// Ids of the activities behind it, those of the earliest findings first, at most 100.
        public var activityIDs: [String] { evidence.map(\.id) }
        /// The first finding with what the whole episode says of it.
        var opening: Finding { first.raised(to: severity) }
    }

    /// By the bytes of the key, since two keys may be canonically equivalent and not the same; each rising.
    private var episodes: [[UInt8]: [Episode]] = [:]

    public init() {}

    /// Adds a finding of an activity rule.
    public mutating func add(_ finding: Finding) {
        guard case .activity(_, let cooldown) = finding.origin else {
            preconditionFailure("findings of state rules have no episodes")
        }
        var added = Episode(
            first: finding, last: finding, severity: finding.severity, count: finding.count, evidence: [],
            end: finding.time + cooldown)
        added.note(finding)
        let key = finding.dedupKey.canonicalBytes
        // The key's list is taken out while it changes, so that it is not copied.
        var list = episodes.updateValue([], forKey: key) ?? []
        defer { episodes[key] = list }
        if let tail = list.indices.last, list[tail].isContinued(by: finding) {
            return list[tail].take(finding, until: added.end)
        }
        var place = list.count
        while place > 0, list[place - 1].end >= added.first.time {
            place -= 1
            guard list[place].first.time <= added.end else { continue }
            added.join(list.remove(at: place))
        }
        list.insert(added, at: place)
    }

    /// Every episode, by its first finding in the order of time, activity, binding and key.
    public func all() -> [Episode] {
        episodes.values.joined().sorted { Finding.isBefore($0.first, $1.first) }
    }
}

extension EpisodeTable.Episode {
    fileprivate mutating func join(_ other: Self) {
        if Finding.isBefore(other.first, first) { first = other.first }
        if !Finding.isBefore(other.last, last) { last = other.last }
        severity = max(severity, other.severity)
        count += other.count
        end = max(end, other.end)
        var seen = Set<String>()
        evidence = (evidence + other.evidence)
            .sorted { ($0.time, $0.place, $0.id) < ($1.time, $1.place, $1.id) }
            .filter { seen.insert($0.id).inserted }
        evidence.removeLast(max(0, evidence.count - Alert.activityIDLimit))
    }

    /// Whether a finding is the next of the episode in order of time.
    fileprivate func isContinued(by finding: Finding) -> Bool {
        finding.time <= end && !Finding.isBefore(finding, last)
    }

    fileprivate mutating func take(_ finding: Finding, until end: Timestamp) {
        last = finding
        severity = max(severity, finding.severity)
        count += finding.count
        self.end = max(self.end, end)
        note(finding)
    }

    fileprivate mutating func note(_ finding: Finding) {
        for (place, id) in finding.activityIDs.enumerated() {
            guard evidence.count < Alert.activityIDLimit else { return }
            if !evidence.contains(where: { $0.id == id }) { evidence.append((finding.time, place, id)) }
        }
    }
}

extension Finding {
    /// The first finding of each episode, in order of firing, with the highest severity that the episode reached.
    static func openings(of findings: [Finding]) -> [Finding] {
        var table = EpisodeTable()
        for finding in findings { table.add(finding) }
        return table.all().map(\.opening)
    }
}
