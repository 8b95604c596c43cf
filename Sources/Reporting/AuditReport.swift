public import Alerting
public import Timekeeping

/// What one audit of one tenant found, and on what it rests: a value that every form of the report is made from.
public struct AuditReport: Hashable, Sendable {
    /// The version of the program that judged.
    public var toolVersion: String
    /// The connection's name, or a name for the files that were read.
    public var connection: String
    /// The tenant's subdomain where it is known.
    public var tenant: String?
    /// The time the judged activities are from; nil where only the directory was judged.
    public var range: TimeWindow?
    public var generatedAt: Timestamp
    public var sources: [DataSource] = []
    /// What the activities were, most frequent first.
    public var kinds: [KindCount] = []
    /// Records that could not be read, the first of them.
    public var quarantine: [QuarantineEntry] = []
    /// How many there were in all.
    public var quarantineCount = 0
    public var collections: [CollectionState] = []
    public var superUsers = SuperUserCount()
    /// One entry per bound rule, in any order; ``sortedRules`` gives them as they are shown.
    public var rules: [RuleResult] = []
    /// The controls of policies that have any.
    public var controls: [ControlSection] = []
    /// What went wrong with the tenant or the settings while the report was made.
    public var failures: [Failure] = []

    public init(toolVersion: String, connection: String, generatedAt: Timestamp) {
        self.toolVersion = toolVersion
        self.connection = connection
        self.generatedAt = generatedAt
    }
}

extension AuditReport {
    /// A file or feed that was read.
    public struct DataSource: Hashable, Sendable {
        /// A path, or such as `events API`.
        public var name: String
        public var recordCount: Int
        public var unreadableCount: Int
        /// Whether it was read to its end.
        public var isComplete: Bool

        public init(name: String, recordCount: Int, unreadableCount: Int = 0, isComplete: Bool = true) {
            self.name = name
            self.recordCount = recordCount
            self.unreadableCount = unreadableCount
            self.isComplete = isComplete
        }
    }

    /// How often one kind of activity happened.
    public struct KindCount: Hashable, Sendable {
        /// Our word, such as `login.failure`.
        public var kind: String
        /// What it means, in a few words; empty where nobody wrote it down.
        public var meaning: String
        public var count: Int

        public init(kind: String, meaning: String = "", count: Int) {
            self.kind = kind
            self.meaning = meaning
            self.count = count
        }
    }

    /// A record that could not be read.
    public struct QuarantineEntry: Hashable, Sendable {
        /// Such as `events.ndjson:17`.
        public var place: String
        public var reason: String

        public init(place: String, reason: String) {
            self.place = place
            self.reason = reason
        }
    }

    /// A collection of the directory and how much of it was seen.
    public struct CollectionState: Hashable, Sendable {
        public enum Availability: String, Hashable, Sendable, CaseIterable {
            case complete, incomplete
            /// The credential or the subscription has no access.
            case notAvailable = "not_available"
        }

        public var name: String
        public var count: Int
        public var availability: Availability

        public init(name: String, count: Int, availability: Availability) {
            self.name = name
            self.count = count
            self.availability = availability
        }
    }

    /// How many super users there are and how that is known.
    public struct SuperUserCount: Hashable, Sendable {
        /// The ways that applied, such as `role: Super Admins`; empty: the number is unknown.
        public var resolvers: [String]
        public var count: Int?

        public init(resolvers: [String] = [], count: Int? = nil) {
            self.resolvers = resolvers
            self.count = count
        }
    }

    /// What one rule, as one policy binds it, said.
    public struct RuleResult: Hashable, Sendable {
        public var id: String
        public var title: String
        public var policy: String
        public var severity: Severity
        public var tags: [String]
        public var verdict: Verdict
        /// The findings, or the first of them, by severity, then time, then key.
        public var findings: [ReportedFinding]
        /// How many there were in all.
        public var findingCount: Int
        /// How many more there were that a policy excepts.
        public var exceptedCount: Int
        /// The exceptions of the policy, in its order, whether they were of use or not.
        public var exceptions: [ExceptionUse] = []
        /// Who says who the super users are, where the rule asks; nil where it does not, or nobody does.
        public var superUsersBy: String?

        public init(
            id: String, title: String, policy: String, severity: Severity, tags: [String] = [], verdict: Verdict,
            findings: [ReportedFinding] = [], findingCount: Int? = nil, exceptedCount: Int = 0,
            superUsersBy: String? = nil
        ) {
            self.id = id
            self.title = title
            self.policy = policy
            self.severity = severity
            self.tags = tags
            self.verdict = verdict
            self.findings = findings.sorted()
            self.findingCount = max(findingCount ?? 0, findings.count)
            self.exceptedCount = exceptedCount
            self.superUsersBy = superUsersBy
        }
    }

    /// One finding as the report shows it.
    public struct ReportedFinding: Hashable, Sendable, Comparable {
        public var severity: Severity
        public var key: [EvidenceValue]
        public var message: String
        public var evidence: [Finding.Evidence]
        public var activityIDs: [String]
        public var time: Timestamp

        public init(
            severity: Severity, key: [EvidenceValue], message: String, evidence: [Finding.Evidence] = [],
            activityIDs: [String] = [], time: Timestamp
        ) {
            self.severity = severity
            self.key = key
            self.message = message
            self.evidence = evidence
            self.activityIDs = activityIDs
            self.time = time
        }

        public init(_ finding: Finding) {
            self.init(
                severity: finding.severity, key: finding.dedupKey.key, message: finding.message,
                evidence: finding.evidence, activityIDs: finding.activityIDs, time: finding.time)
        }

        public static func < (left: ReportedFinding, right: ReportedFinding) -> Bool {
            if left.severity != right.severity { return left.severity > right.severity }
            if left.time != right.time { return left.time < right.time }
            let (first, second) = (left.key.map(\.plainText), right.key.map(\.plainText))
            return first == second ? left.message < right.message : first.lexicographicallyPrecedes(second)
        }
    }

    /// The controls of one policy.
    public struct ControlSection: Hashable, Sendable {
        public var policy: String
        public var title: String
        public var controls: [Control]

        public init(policy: String, title: String, controls: [Control]) {
            self.policy = policy
            self.title = title
            self.controls = controls
        }
    }

    /// A demand of a framework and the rules that test it.
    public struct Control: Hashable, Sendable {
        public var id: String
        public var title: String
        /// Rule ids.
        public var rules: [String]

        public init(id: String, title: String, rules: [String]) {
            self.id = id
            self.title = title
            self.rules = rules
        }
    }

    /// Something that kept the audit from being whole.
    public struct Failure: Hashable, Sendable {
        public enum Kind: String, Hashable, Sendable, CaseIterable {
            /// A rule, policy or setting is wrong.
            case rules
            /// The tenant did not answer, or refused.
            case remote
        }

        public var kind: Kind
        /// What was tried, what came back.
        public var message: String
        /// What to do next; empty where there is nothing to say.
        public var remedy: String

        public init(_ kind: Kind, message: String, remedy: String = "") {
            self.kind = kind
            self.message = message
            self.remedy = remedy
        }
    }
}
