public import Timekeeping

/// A value that a finding carries: part of its key or of its evidence.
///
/// Two are equal when their canonical bytes are: text by its code points, both zeros as one number, NaN as NaN.
public enum EvidenceValue: Hashable, Sendable, Codable {
    case null
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case text(String)
    case time(Timestamp)
    case list([EvidenceValue])
}

extension EvidenceValue {
    public static func == (left: EvidenceValue, right: EvidenceValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let one), .bool(let two)): one == two
        case (.int(let one), .int(let two)): one == two
        case (.double(let one), .double(let two)): one == two || (one.isNaN && two.isNaN)
        case (.text(let one), .text(let two)): one.utf8.count == two.utf8.count && one.utf8.elementsEqual(two.utf8)
        case (.time(let one), .time(let two)): one == two
        case (.list(let one), .list(let two)): one == two
        default: false
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0 as UInt8)
        case .bool(let value): hasher.combine(value)
        case .int(let value): hasher.combine(value)
        case .double(let value): hasher.combine(value.isNaN ? Double.nan.bitPattern : (value + 0).bitPattern)
        case .text(var value):
            value.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
            hasher.combine(0xff as UInt8)
        case .time(let value): hasher.combine(value)
        case .list(let values): hasher.combine(values)
        }
    }
}

/// Which policy's binding of which rule something belongs to.
public struct RuleBinding: Hashable, Sendable, Codable, Comparable {
    public let connection: String
    public let policy: String
    public let rule: String

    public init(connection: String, policy: String, rule: String) {
        self.connection = connection
        self.policy = policy
        self.rule = rule
    }

    public static func < (left: RuleBinding, right: RuleBinding) -> Bool {
        (left.connection, left.policy, left.rule) < (right.connection, right.policy, right.rule)
    }
}

/// The identity under which findings are one alert: connection, policy, rule and key.
public struct DedupKey: Hashable, Sendable, Codable {
    public let binding: RuleBinding
    public let key: [EvidenceValue]

    public init(binding: RuleBinding, key: [EvidenceValue]) {
        self.binding = binding
        self.key = key
    }
}

/// What one rule says of one subject in one evaluation.
public struct Finding: Hashable, Sendable, Codable {
    /// What made it, which decides how its alert resolves.
    public enum Origin: Hashable, Sendable, Codable {
        /// A state rule over the directory generation of this id.
        case state(generation: Int64)
        /// An activity rule; the activity that made it fire, by its id, and the episode's length.
        case activity(id: String, cooldown: TimeSpan)
    }

    public let dedupKey: DedupKey
    public let origin: Origin
    public let severity: Severity
    /// When it became true: the activity's time, the deadline of an absence, the generation's time.
    public let time: Timestamp
    public let title: String
    public let message: String
    /// The values behind it by name, in the order the rule names them.
    public let evidence: [Evidence]
    /// Ids of the activities behind it, oldest first, at most 100.
    public let activityIDs: [String]
    /// How long the state must last before its alert opens; zero for activity rules.
    public let hold: TimeSpan
    /// Receivers named by the policy; empty for the default ones.
    public let receivers: [String]
    /// How many findings of one episode it stands for, at least 1: itself and those drawn together into it.
    public let count: Int

    /// A named value behind a finding.
    public struct Evidence: Hashable, Sendable, Codable {
        public let name: String
        public let value: EvidenceValue

        public init(name: String, value: EvidenceValue) {
            self.name = name
            self.value = value
        }
    }

    public init(
        dedupKey: DedupKey, origin: Origin, severity: Severity, time: Timestamp, title: String, message: String,
        evidence: [Evidence] = [], activityIDs: [String] = [], hold: TimeSpan = .zero, receivers: [String] = [],
        count: Int = 1
    ) {
        self.dedupKey = dedupKey
        self.origin = origin
        self.severity = severity
        self.time = time
        self.title = title
        self.message = message
        self.evidence = evidence
        self.activityIDs = activityIDs
        self.hold = hold
        self.receivers = receivers
        self.count = count
    }
}

/// What one rule says of a whole evaluation.
public enum Verdict: Hashable, Sendable, Codable {
    case pass
    case fail
    /// Data that the rule needs is not known; the reasons, sorted.
    case unknown(reasons: [String])
    /// The rule's evaluation failed, and it is neither true nor false; the causes, sorted.
    case error(causes: [String])
}
