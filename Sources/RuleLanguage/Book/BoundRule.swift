public import Alerting
public import CEL
public import Timekeeping

/// A rule compiled for one policy: with its parameters, lists, scope and exceptions.
///
/// Every program reads a frame laid out as `layout` says.
public struct BoundRule: Sendable {
    /// A reviewed "not this one" over the finding's final context, after counting.
    public struct Exception: Sendable {
        public let name: String
        public let when: Program
        public let reason: String
        public let owner: String
        /// The exception holds before this moment: the end of the written day in UTC.
        public let expires: Timestamp
        /// Fields that `when` reads, as `Object.field`.
        var fieldsRead: Set<String> = []
    }

    /// A branch of `severity_when`; the first whose condition is true gives the severity.
    public struct SeverityBranch: Sendable {
        public let when: Program
        public let severity: Severity
    }

    /// Rows of that word for which the condition holds are left out before grouping.
    public struct ScopeExclusion: Sendable {
        /// A word of `Schema.rows`, such as `user`.
        public let row: String
        /// Reads the row in `FrameLayout.subjectTable`, whatever the rule's own subject is.
        public let when: Program
        /// Fields that `when` reads, as `Object.field`.
        var fieldsRead: Set<String> = []
    }

    public let policy: String
    public let rule: Rule
    /// The policy's severity, or the rule's.
    public let severity: Severity
    /// In order; empty when the policy sets the severity itself.
    public let severityWhen: [SeverityBranch]
    /// Names of receivers; empty for the default ones.
    public let receivers: [String]
    /// What is proposed when it alerts, in the policy's order.
    public let proposals: [Proposal]
    public let exceptions: [Exception]
    public let scope: [ScopeExclusion]
    /// The value of each parameter, by name.
    public let parameters: [String: Value]
    public let body: Body
    /// The identity of an alert within policy and rule.
    public let key: [Program]
    public let message: MessageTemplate
    /// How long a state must last before its alert opens.
    public let hold: TimeSpan
    /// How long findings of one key join one episode; nil: until the end of the tumbling window.
    public let cooldown: TimeSpan?
    public let layout: FrameLayout
    /// Fields that the rule, its policy's scope and its exceptions read, as `Object.field`, sorted.
    public let fieldsRead: [String]
    /// What its expressions and its memory may cost: the book's limits.
    public let limits: RuleLimits
    /// SHA-256 in hex over what decides the binding's findings before exceptions.
    public let digest: String
}

/// The text of an alert: literal parts and expressions in order.
public struct MessageTemplate: Sendable {
    /// One part of the text.
    public enum Part: Sendable {
        case text(String)
        case value(Program)
    }

    public let parts: [Part]
}
