public import Timekeeping

/// The record that findings of one dedup key open, refresh and resolve.
public struct Alert: Hashable, Sendable, Codable, Identifiable {
    /// Where an alert is in its life.
    public enum Status: String, Hashable, Sendable, Codable, CaseIterable {
        /// The state is there, but not yet as long as the rule's `hold` asks.
        case pending
        case open
        /// The state is gone or the activity stopped. Without `Alert.openedAt` it never was open.
        case resolved
    }

    /// A person's "seen, mine".
    public struct Acknowledgement: Hashable, Sendable, Codable {
        public var by: String
        public var at: Timestamp
        public var comment: String

        public init(by: String, at: Timestamp, comment: String = "") {
            self.by = by
            self.at = at
            self.comment = comment
        }
    }

    /// How many activity ids an alert keeps: the first ones of its episode.
    public static let activityIDLimit = 100

    /// Derived from the dedup key and the episode, see `DedupKey.alertID(_:)`.
    public let id: String
    public let dedupKey: DedupKey
    public let episode: Episode
    public internal(set) var status: Status
    /// A state alert's is that of its last finding, an activity alert's the highest of its episode.
    public internal(set) var severity: Severity
    /// The highest severity of the episode: notices go out when it rises.
    public internal(set) var peakSeverity: Severity
    public internal(set) var title: String
    public internal(set) var message: String
    public internal(set) var evidence: [Finding.Evidence]
    /// Ids of the activities behind it, at most `activityIDLimit`.
    public internal(set) var activityIDs: [String]
    /// How many findings it has taken in.
    public internal(set) var findingCount: Int
    /// Receivers named by the policy; empty for the default ones.
    public internal(set) var receivers: [String]
    /// The origin of the last finding: the generation, or the activity and its cooldown.
    public internal(set) var lastOrigin: Finding.Origin
    /// The time of the first finding.
    public let firstSeenAt: Timestamp
    /// The time of the last finding.
    public internal(set) var lastSeenAt: Timestamp
    /// When it became open; nil while it is pending.
    public internal(set) var openedAt: Timestamp?
    public internal(set) var resolvedAt: Timestamp?
    /// How many transitions it has had; with the id it names a transition.
    public internal(set) var sequence: Int
    /// Set by people, never by findings.
    public var acknowledgement: Acknowledgement?

    /// A pending alert from its first finding, before any transition.
    init(opening finding: Finding) {
        let episode = Episode(opening: finding)
        id = finding.dedupKey.alertID(episode)
        dedupKey = finding.dedupKey
        self.episode = episode
        status = .pending
        severity = finding.severity
        peakSeverity = finding.severity
        title = finding.title
        message = finding.message
        evidence = finding.evidence
        activityIDs = []
        findingCount = finding.count
        receivers = finding.receivers
        lastOrigin = finding.origin
        firstSeenAt = finding.time
        lastSeenAt = finding.time
        sequence = 0
        addActivityIDs(of: finding)
    }

    public var binding: RuleBinding { dedupKey.binding }

    /// The last moment at which a finding still joins this episode; nil for alerts of state rules.
    public var episodeEnd: Timestamp? {
        guard case .activity(_, let cooldown) = lastOrigin else { return nil }
        return lastSeenAt + cooldown
    }

    /// The activity whose finding was the last in (time, id) order; nil for alerts of state rules.
    var lastActivityID: String? {
        guard case .activity(let id, _) = lastOrigin else { return nil }
        return id
    }

    /// The generation of the last finding; nil for alerts of activity rules.
    var lastGeneration: Int64? {
        guard case .state(let generation) = lastOrigin else { return nil }
        return generation
    }

    /// Takes over the ids that are new, as long as there is room.
    mutating func addActivityIDs(of finding: Finding) {
        var ids = finding.activityIDs
        if case .activity(let id, _) = finding.origin, !ids.contains(id) { ids.append(id) }
        for id in ids where activityIDs.count < Self.activityIDLimit && !activityIDs.contains(id) {
            activityIDs.append(id)
        }
    }

    /// Takes over what the last finding says; severities are the caller's.
    mutating func take(_ finding: Finding) {
        title = finding.title
        message = finding.message
        evidence = finding.evidence
        receivers = finding.receivers
        lastOrigin = finding.origin
        lastSeenAt = finding.time
        findingCount += finding.count
        addActivityIDs(of: finding)
    }
}
