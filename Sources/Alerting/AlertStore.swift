public import Timekeeping

/// How far the evaluation of a connection has come.
public struct EngineProgress: Hashable, Sendable, Codable {
    public let connection: String
    /// The position of the last activity that was evaluated.
    public var position: Int64
    /// Verbs and cooldowns have been evaluated up to here.
    public var watermark: Timestamp
    /// The last generation that was evaluated; 0 before the first.
    public var generation: Int64
    /// The digest of the rule book that was in force.
    public var ruleBookDigest: String
    /// Pattern searches that the wall clock ended: all of them as it is read, and to keep it the new ones will do.
    public var endedSearches: Set<EndedSearch>

    public init(
        connection: String, position: Int64 = 0, watermark: Timestamp = .earliest, generation: Int64 = 0,
        ruleBookDigest: String = "", endedSearches: Set<EndedSearch> = []
    ) {
        self.connection = connection
        self.position = position
        self.watermark = watermark
        self.generation = generation
        self.ruleBookDigest = ruleBookDigest
        self.endedSearches = endedSearches
    }
}

/// A binding and the digest of the rule it binds, parameters and all: another digest is another activation.
public struct BindingVersion: Hashable, Sendable, Codable {
    public let binding: RuleBinding
    public let digest: String

    public init(binding: RuleBinding, digest: String) {
        self.binding = binding
        self.digest = digest
    }
}

/// Which alerts are wanted; every condition given must hold.
public struct AlertQuery: Hashable, Sendable {
    /// Empty for pending, open and resolved ones.
    ///
    /// Those that never opened are not among the resolved ones.
    public var statuses: Set<Alert.Status>
    public var connection: String?
    public var rule: String?
    public var policy: String?
    public var minimumSeverity: Severity
    /// First seen, open or resolved at or after this moment.
    public var since: Timestamp?
    /// At most so many, the last seen first.
    public var limit: Int

    public init(
        statuses: Set<Alert.Status> = [], connection: String? = nil, rule: String? = nil, policy: String? = nil,
        minimumSeverity: Severity = .informational, since: Timestamp? = nil, limit: Int = 1000
    ) {
        self.statuses = statuses
        self.connection = connection
        self.rule = rule
        self.policy = policy
        self.minimumSeverity = minimumSeverity
        self.since = since
        self.limit = limit
    }
}

/// Keeps alerts, how far the evaluation came and what is to be told.
///
/// Store implements it.
public protocol AlertStore: Sendable {
    /// What an ``AlertMachine`` goes on from: pending and open alerts, and those resolved at or after a moment.
    ///
    /// - Parameter moment: The watermark less the machine's `AlertMachine.lateLimit`.
    func liveAlerts(connection: String, resolvedSince moment: Timestamp) async throws -> [Alert]

    /// Keeps changes, notices and progress in one transaction that is on disk when this returns.
    ///
    /// What is here already (by alert id and sequence, by notice id) stays as it is, so a replay adds nothing.
    ///
    /// - Parameters:
    ///   - moment: The time at which the notices become due.
    ///   - progress: nil when the evaluation did not move.
    func apply(
        _ changes: AlertChanges, notices: [Notice], progress: EngineProgress?, at moment: Timestamp
    ) async throws

    /// How far the evaluation came; nil before the first.
    func progress(connection: String) async throws -> EngineProgress?

    /// Keeps what an engine remembers, in the place of what was kept for its connection before.
    ///
    /// The loss of power may lose it, and then what was kept before comes back or nothing.
    func keep(_ state: EngineState) async throws

    /// What an engine of a rule book remembered; nil when nothing of it is kept.
    func engineState(connection: String, ruleBookDigest digest: String) async throws -> EngineState?

    /// From when on each binding raises alerts: what was stored, else `moment`, which is stored now.
    func activate(_ bindings: [BindingVersion], at moment: Timestamp) async throws -> [BindingVersion: Timestamp]

    /// Alerts, the last seen first, then by id.
    func alerts(_ query: AlertQuery) async throws -> [Alert]

    /// One alert; nil when there is none of this id.
    func alert(id: String) async throws -> Alert?

    /// The steps of an alert's life, in order.
    func transitions(alertID: String) async throws -> [Transition]

    /// Notes that somebody has seen an alert.
    ///
    /// - Returns: Whether there is such an alert.
    func acknowledge(alertID: String, _ acknowledgement: Alert.Acknowledgement) async throws -> Bool
}
