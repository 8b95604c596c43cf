public import Alerting
public import Timekeeping

/// Why a rule spoke of a key at a moment, or why it did not.
public struct RuleExplanation: Sendable, Encodable {
    /// The one thing that decided.
    public enum Answer: String, Sendable, Encodable {
        /// It fired at the moment, or so shortly before that the moment belongs to that episode.
        case fired
        /// It fired, and the finding joined an episode that was open.
        case joined
        /// The state is there, and not yet as long as the rule asks.
        case held
        /// Everything held, before the rule was active for the connection in this form.
        case inactive
        /// Everything held, and an exception of the policy held too.
        case excepted
        /// Something matched, and the policy's scope leaves it out.
        case outOfScope
        /// What matched did not make `alert_if` true.
        case conditionFalse
        /// A sequence or a silence did not come to its end.
        case incomplete
        /// There is something of this key, and nothing of it matches.
        case nothingMatched
        /// There is nothing of this key.
        case nothingOfKey
        /// What the conditions need is not known, or failed.
        case unknown
    }

    /// Something that a condition read, and what it held.
    public struct Reading: Hashable, Sendable, Encodable {
        public let name: String
        public let value: String
    }

    /// A clause that decided, and how often.
    public struct Clause: Hashable, Sendable, Encodable {
        /// As it is written in the rule.
        public let text: String
        /// How many activities or rows it was false for, or had no value for.
        public var count: Int
        /// Why it had no value; nil where it was false.
        public let failure: String?
        /// Up to three different states of what it read, the most frequent first.
        public var examples: [[Reading]]
    }

    /// One evaluation of what stands behind `match`: the numbers of the verb, and the clauses that were false.
    public struct Attempt: Hashable, Sendable, Encodable {
        public let at: Timestamp
        public let variables: [Reading]
        public let clauses: [Clause]
    }

    /// One time that everything held.
    public struct Firing: Hashable, Sendable, Encodable {
        public let at: Timestamp
        public let severity: Severity
        public let message: String
        public let evidence: [Finding.Evidence]
        public let activityIDs: [String]
    }

    /// A step of a sequence, and how many activities of the key satisfy it alone.
    public struct Step: Hashable, Sendable, Encodable {
        public let id: String
        public let count: Int
        public let last: Timestamp?
    }

    /// What there was to look at.
    public struct Material: Hashable, Sendable, Encodable {
        /// `activity`, or the word of a state rule's rows.
        public var word: String
        public var all = 0
        public var first: Timestamp?
        public var last: Timestamp?
        /// Those of the key.
        public var ofKey = 0
        /// Those of the key that `match` or `where` held for.
        public var matched = 0
        /// Those of the matched that the policy's scope leaves out.
        public var leftOut = 0
    }

    public let rule: String
    public let policy: String
    public let key: [String]
    public let at: Timestamp
    public let answer: Answer
    /// The answer in one sentence.
    public let summary: String
    public let material: Material
    /// Why what is of the key did not match.
    public let refusals: [Clause]
    public let steps: [Step]
    /// The attempt that came nearest: the one with the greatest numbers.
    public let closest: Attempt?
    public let last: Attempt?
    /// The latest last, at most 20.
    public let firings: [Firing]
    /// Since when the episode of the last firing is open.
    public let openSince: Timestamp?
    public let notes: [String]
    /// What the store holds of the key; nil where there is no store.
    public var alert: StoredAlert?

    /// The stored alert of the key at the moment.
    public struct StoredAlert: Hashable, Sendable, Encodable {
        /// nil: there was none.
        public let id: String?
        public let firstSeenAt: Timestamp?
        public let openedAt: Timestamp?
        public let resolvedAt: Timestamp?
        public let findings: Int
        public let acknowledgedBy: String?
        /// Those that kept it from being told, or do so still.
        public let silences: [Silence]

        /// - Parameter alert: nil where there was none.
        public init(_ alert: Alert?, silences: [Silence] = []) {
            self.silences = silences
            id = alert?.id
            firstSeenAt = alert?.firstSeenAt
            openedAt = alert?.openedAt
            resolvedAt = alert?.resolvedAt
            findings = alert?.findingCount ?? 0
            acknowledgedBy = alert?.acknowledgement?.by
        }
    }
}

extension RuleExplanation {
    /// An alert's key as explanations take it.
    public static func keyTexts(of key: [EvidenceValue]) -> [String] { key.map { ExpectedValue.text($0) } }
}

/// The latest activities or rows of a key that did not match, drawn together by the clause that decided.
struct RefusalTally {
    private var clauses: [RuleExplanation.Clause] = []
    private var exampleCounts: [String: [[RuleExplanation.Reading]: Int]] = [:]

    mutating func add(_ clause: RuleExplanation.Clause) {
        if let place = clauses.firstIndex(where: { $0.text == clause.text && $0.failure == clause.failure }) {
            clauses[place].count += clause.count
        } else {
            clauses.append(clause)
        }
        for example in clause.examples {
            exampleCounts[clause.text + (clause.failure ?? ""), default: [:]][example, default: 0] += 1
        }
    }

    /// The most frequent first.
    var sorted: [RuleExplanation.Clause] {
        clauses.map { clause in
            var clause = clause
            let counts = exampleCounts[clause.text + (clause.failure ?? "")] ?? [:]
            clause.examples = Array(
                counts.sorted { ($1.value, Self.words($0.key)) < ($0.value, Self.words($1.key)) }.map(\.key).prefix(3))
            return clause
        }.sorted { ($1.count, $0.text) < ($0.count, $1.text) }
    }

    private static func words(_ readings: [RuleExplanation.Reading]) -> String {
        readings.map { $0.name + "=" + $0.value }.joined(separator: ",")
    }
}
