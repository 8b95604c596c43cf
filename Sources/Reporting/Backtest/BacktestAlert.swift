public import Alerting
public import Timekeeping

/// One alert as backtests compare it: what it is about, when, and what it says.
public struct BacktestAlert: Hashable, Sendable {
    /// Derived from the key and the first finding, so the same alert has the same id in every run.
    public let id: String
    public let policy: String
    public let rule: String
    public let key: [EvidenceValue]
    public var severity: Severity
    /// How many findings it has taken in.
    public var count: Int
    public var message: String
    /// The values behind its last finding.
    public var values: [Finding.Evidence]
    /// Ids of the activities behind it, at most 100.
    public var activityIDs: [String]
    /// The time of its first and of its last finding.
    public var first: Timestamp
    public var last: Timestamp
    /// Until when it is about something: its last finding, or for a state its end, `.latest` while there is none.
    public var stands: Timestamp
    /// The last moment at which another finding would still have joined it, at least `stands`.
    public var end: Timestamp

    public init(
        id: String, policy: String, rule: String, key: [EvidenceValue], severity: Severity, count: Int,
        message: String, values: [Finding.Evidence] = [], activityIDs: [String] = [], first: Timestamp,
        last: Timestamp, stands: Timestamp? = nil, end: Timestamp
    ) {
        self.id = id
        self.policy = policy
        self.rule = rule
        self.key = key
        self.severity = severity
        self.count = count
        self.message = message
        self.values = values
        self.activityIDs = activityIDs
        self.first = first
        self.last = last
        self.stands = stands ?? last
        self.end = end
    }

    /// An alert as the store or the machine of alerts has it.
    public init(_ alert: Alert) {
        // A state no longer stands at the moment that resolves it.
        let over = alert.resolvedAt.map { $0 - TimeSpan(seconds: 0, nanoseconds: 1) } ?? .latest
        let stands = alert.episodeEnd == nil ? over : alert.lastSeenAt
        self.init(
            id: alert.id, policy: alert.binding.policy, rule: alert.binding.rule, key: alert.dedupKey.key,
            severity: alert.severity, count: alert.findingCount, message: alert.message, values: alert.evidence,
            activityIDs: alert.activityIDs, first: alert.firstSeenAt, last: alert.lastSeenAt,
            stands: stands, end: alert.episodeEnd ?? stands)
    }
}

/// A stretch of time that a backtest looks at, both ends included.
public struct BacktestRange: Hashable, Sendable {
    public let from: Timestamp
    public let to: Timestamp

    public init(from: Timestamp, to: Timestamp) {
        self.from = from
        self.to = to
    }

    /// Whether an alert had findings, or stood, at some moment of the range.
    public func touches(_ alert: BacktestAlert) -> Bool { alert.first <= to && alert.stands >= from }
}

/// An alert that both rule books raise, and not alike.
public struct BacktestChange: Hashable, Sendable {
    /// What differs.
    public enum Field: String, Hashable, Sendable, CaseIterable {
        /// The moment of the first finding, or the activity that made it.
        case opened
        case severity
        /// How many findings there were.
        case count
        case message
        /// The values behind the last finding.
        case values
    }

    public let before: BacktestAlert
    public let after: BacktestAlert
    /// At least one, in the order of `Field`.
    public let fields: [Field]
}
