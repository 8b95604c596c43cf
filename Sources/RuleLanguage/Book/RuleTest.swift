public import Alerting
public import CEL
public import Diagnostics
public import Timekeeping

/// A value in a test: what a fixture's field is, or what an expectation wants.
public enum FixtureValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case text(String)
    case time(Timestamp)
    case span(TimeSpan)
    case list([FixtureValue])
    case object([String: FixtureValue])
}

/// A test that stands in its rule: facts on simulated time, and the findings they must give.
public struct RuleTest: Sendable {
    /// One row of a collection of the directory; fields that are not named take their usual value.
    public struct Row: Hashable, Sendable {
        /// A word of `Schema.rows`.
        public let word: String
        public let fields: [String: FixtureValue]
    }

    /// A change of the directory at a moment, which as-of joins must see.
    public struct Change: Hashable, Sendable {
        public let time: Timestamp
        public let word: String
        /// The id of the row; a row that is not there yet is made.
        public let id: FixtureValue
        /// Fields that take new values; nil: the row is deleted.
        public let set: [String: FixtureValue]?
    }

    /// One activity.
    public struct ActivityFixture: Hashable, Sendable {
        public let time: Timestamp
        public let fields: [String: FixtureValue]
    }

    /// A finding that must come; what is nil or not named may be anything.
    public struct Expectation: Sendable {
        public let key: [FixtureValue]?
        public let severity: Severity?
        public let time: Timestamp?
        /// Variables of table 0 by name, in order of writing.
        public let variables: [(name: String, value: FixtureValue)]
        /// A pattern that must be found in the message.
        public let messagePattern: String?
        /// The pattern as a program over the message in slot 0 of table 0.
        public let messageMatches: Program?
        public let place: Span
    }

    public let name: String
    /// `now` of a state rule, `start` of an activity rule; 2026-01-01T00:00:00Z where neither is written.
    public let start: Timestamp
    /// How far the watermark is moved; nil: past the last activity.
    public let end: Timestamp?
    public let directory: [Row]
    /// In order of time.
    public let changes: [Change]
    /// In order of arrival.
    public let activities: [ActivityFixture]
    /// In order of firing; the number must agree.
    public let expectations: [Expectation]
    public let place: Span
}
