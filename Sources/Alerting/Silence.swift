public import Timekeeping

/// A person's wish not to be told of some alerts for a while.
///
/// Alerts are raised, kept and resolved as ever; only their notices wait. What is still open when the silence is over
/// is told then, and what came and went in it is not told at all. The end of an alert whose opening was told is told
/// in a silence, too.
public struct Silence: Hashable, Sendable, Codable, Identifiable {
    /// Which alerts; every part given must be the alert's.
    public struct Scope: Hashable, Sendable, Codable {
        public var connection: String?
        public var policy: String?
        public var rule: String?
        /// The key that an alert and its successors share; `key` has its parts for people.
        public var keyID: String?
        public var key: [EvidenceValue]
        /// Worse alerts are told all the same; nil for any severity.
        public var severityLimit: Severity?

        public init(
            connection: String? = nil, policy: String? = nil, rule: String? = nil, severityLimit: Severity? = nil
        ) {
            self.connection = connection
            self.policy = policy
            self.rule = rule
            key = []
            self.severityLimit = severityLimit
        }

        /// The alerts of one dedup key.
        public init(_ dedupKey: DedupKey, severityLimit: Severity? = nil) {
            self.init(
                connection: dedupKey.binding.connection, policy: dedupKey.binding.policy,
                rule: dedupKey.binding.rule, severityLimit: severityLimit)
            keyID = dedupKey.keyID
            key = dedupKey.key
        }

        /// Whether it names nothing, so that all alerts of all connections would be meant.
        public var isUnbounded: Bool { connection == nil && policy == nil && rule == nil && keyID == nil }
    }

    /// How somebody ended it before its time.
    public struct End: Hashable, Sendable, Codable {
        public let by: String
        public let at: Timestamp
    }

    /// The longest one: what must never be told is an exception of a policy, with a review.
    public static let longest = TimeSpan.days(366)

    /// Derived from what it says: `sl_` and 26 characters.
    public let id: String
    public let scope: Scope
    public let from: Timestamp
    /// From here on it no longer holds.
    public private(set) var until: Timestamp
    public let by: String
    public let comment: String
    public private(set) var end: End?

    /// - Returns: nil unless it ends after it begins, within ``longest``, and names some alerts.
    public init?(_ scope: Scope, from: Timestamp, until: Timestamp, by: String, comment: String) {
        guard from < until, until - from <= Self.longest, !scope.isUnbounded else { return nil }
        var bytes = CanonicalBytes()
        for part in [scope.connection, scope.policy, scope.rule, scope.keyID, scope.severityLimit?.rawValue] {
            bytes.append(part.map { EvidenceValue.text($0) } ?? .null)
        }
        bytes.append(from)
        bytes.append(until)
        bytes.append(by)
        bytes.append(comment)
        id = "sl_" + bytes.digestText
        self.scope = scope
        self.from = from
        self.until = until
        self.by = by
        self.comment = comment
    }

    public func holds(at moment: Timestamp) -> Bool { from <= moment && moment < until }

    /// The silence as it is once somebody has ended it; nil when it was over by then.
    public func ended(by person: String, at moment: Timestamp) -> Silence? {
        guard moment < until else { return nil }
        var silence = self
        silence.until = max(from, moment)
        silence.end = End(by: person, at: moment)
        return silence
    }
}

/// Keeps silences and what was not told because of them.
///
/// Store implements it.
public protocol SilenceStore: Sendable {
    /// Keeps a silence; one of its id is replaced.
    func keep(_ silence: Silence) async throws

    /// One silence; nil when there is none of this id.
    func silence(id: String) async throws -> Silence?

    /// Silences that end after a moment, the last to end first.
    func silences(endingAfter moment: Timestamp) async throws -> [Silence]

    /// The ids of live alerts that a silence covers at a moment.
    func silencedAlerts(at moment: Timestamp) async throws -> Set<String>

    /// The silences that cover an alert and held at a time in its life, and those that kept it from being told.
    func silences(ofAlert alertID: String) async throws -> [Silence]
}
