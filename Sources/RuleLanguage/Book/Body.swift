public import CEL
public import Timekeeping

/// What a rule looks at.
public enum Body: Sendable {
    case state(StateBody)
    case activity(ActivityBody)
}

extension Body {
    /// The same, with users joined where expressions outside of the body read them: key, severity, message, exceptions.
    func reading(target: Bool, actor: Bool) -> Body {
        guard case .activity(var activity) = self else { return self }
        activity.usesTarget = activity.usesTarget || target
        activity.usesActor = activity.usesActor || actor
        return .activity(activity)
    }
}

/// A rule over the rows of the directory at one moment.
public struct StateBody: Sendable {
    /// How rows become groups; `by` without expressions makes exactly one, also of no rows.
    public struct Group: Sendable {
        public let by: [Program]
        public let aggregates: [Aggregate]
    }

    /// The word of `Schema.rows` whose rows are judged.
    public let each: String
    /// Which rows count; nil: all.
    public let `where`: Program?
    public let group: Group?
    /// What is bad, of a row or of a group; nil: every one.
    public let alertIf: Program?
}

/// A rule over activities.
public struct ActivityBody: Sendable {
    /// Which activities count; nil: all.
    public let match: Program?
    /// What `match` needs to be true of an activity, for finding the rules of an activity quickly.
    public let anchors: Anchors
    public let verb: Verb?
    /// What is bad, of a match or of what the verb gives; nil: every one.
    public let alertIf: Program?
    public let profiles: [Profile]
    /// Whether any expression reads `target` or `actor`, or a step's: the directory as of the activity is needed.
    public internal(set) var usesTarget: Bool
    public internal(set) var usesActor: Bool
    /// What tells whether rules can share work; nil: nobody knows.
    public internal(set) var identity: ActivityIdentity?
    /// What `match` demands of single fields: it cannot hold where one of these does not.
    public internal(set) var fieldTests: [FieldTest] = []
}

/// What a condition demands of one field of the activity, whatever the other fields are.
public struct FieldTest: Sendable {
    /// How the demand is told from others, for choosing which to look at first.
    public enum Selectivity: Int, Sendable {
        /// A test for null or the like, which most values pass.
        case low
        /// A comparison.
        case medium
        /// Text that is searched for.
        case high
        /// One of few values.
        case exact
    }

    /// The field's slot in an activity's row.
    public let slot: Int
    /// Reads that field and constants only; nil when `constants` or `range` says all there is.
    ///
    /// Where null is rejected, it may be asked of other values only.
    public let program: Program?
    /// Whether the condition is false for null.
    public let rejectsNull: Bool
    /// The field must equal one of them; nil: not tied down.
    public let constants: [Value]?
    /// The field is an integer, and must be one of these; nil: not tied down like that.
    public let range: ClosedRange<Int64>?
    public let selectivity: Selectivity
    /// Tests of a book that have the same bytes say the same of every value of the field; nil: nobody knows.
    public let identity: [UInt8]?
}

/// Parts of an activity rule as text: where two rules of a book have the same, evaluating it once serves both.
public struct ActivityIdentity: Hashable, Sendable {
    /// `match`, empty for none.
    public let match: String
    /// Whether `match` says the same at any time: it reads no users, which may become known later, and no profile.
    public let isMatchOfActivityAlone: Bool
    /// The `by` of a verb; nil without one.
    public internal(set) var by: String?
    /// Length and `let` of a sliding window; nil for other verbs.
    public internal(set) var window: String?

    init(match: String, isMatchOfActivityAlone: Bool) {
        self.match = match
        self.isMatchOfActivityAlone = isMatchOfActivityAlone
    }
}

/// Values without which a condition cannot be true; nil where it does not tie the field down.
public struct Anchors: Hashable, Sendable {
    public let kinds: Set<String>?
    public let typeIDs: Set<Int64>?

    public init(kinds: Set<String>? = nil, typeIDs: Set<Int64>? = nil) {
        self.kinds = kinds
        self.typeIDs = typeIDs
    }
}

/// What an activity rule does with time (rule-language.md, section 4).
public enum Verb: Sendable {
    case threshold(Threshold)
    case sequence(SequenceVerb)
    case previous(Previous)
    case spike(Spike)
    case flatline(Flatline)

    /// Counts within a window.
    public struct Threshold: Sendable {
        public let by: [Program]
        public let window: Window
        public let aggregates: [Aggregate]
    }

    /// Which activities are counted together.
    public enum Window: Sendable {
        /// `(t - length, t]` at every match.
        case sliding(TimeSpan)
        /// Calendar windows `[start, end)` in a time zone; one alert a window.
        case tumbling(TimeSpan, zone: TimeZoneRules)
        /// From the first activity until none came for `gap`.
        case session(gap: TimeSpan)
    }

    /// Several activities of one key within a time.
    public struct SequenceVerb: Sendable {
        /// One step; its record is table `FrameLayout.firstStepTable` plus its index.
        public struct Step: Sendable {
            public let id: String
            public let match: Program?
            public let anchors: Anchors
            /// The step must not come; only the last one.
            public let isAbsent: Bool
        }

        public let by: [Program]
        /// Exactly this long after the first step still counts.
        public let within: TimeSpan
        public let steps: [Step]
        public let isUnordered: Bool
        /// Kills the open sequences of its own key.
        public let until: Program?
        public let untilAnchors: Anchors
    }

    /// The last match of the same key, and how long ago.
    public struct Previous: Sendable {
        public let by: [Program]
        public let within: TimeSpan
    }

    /// A count in a running bucket against earlier ones.
    public struct Spike: Sendable {
        public let by: [Program]
        public let bucket: TimeSpan
        public let baseline: TimeSpan
        /// No verdict before so many complete buckets.
        public let minimumBuckets: Int
        public let zone: TimeZoneRules
    }

    /// A key that was seen goes quiet.
    public struct Flatline: Sendable {
        public let by: [Program]
        public let within: TimeSpan
    }
}

/// Values that were seen of a key before; gives `is_new.<name>`.
public struct Profile: Sendable {
    public let name: String
    public let match: Program?
    public let anchors: Anchors
    public let by: [Program]
    public let value: Program
    /// How long a value is remembered.
    public let history: TimeSpan
    /// How old a key must be before anything of it is new.
    public let learn: TimeSpan
    /// The index of `is_new.<name>` in table 0.
    public let index: Int
}

/// One name of `let`: a value computed over the rows of a group or the activities of a window.
public struct Aggregate: Sendable {
    /// What is computed.
    public enum Function: String, Sendable, CaseIterable {
        case count, distinct, sum, min, max, avg, first, last, collect
    }

    public let name: String
    public let function: Function
    /// What is computed over; nil for `count`.
    public let argument: Program?
    /// The condition of `count(condition)`.
    public let condition: Program?
    /// How many values `collect` keeps.
    public let limit: Int?
    public let type: CELType
    /// Its index in table 0.
    public let index: Int
    /// The call as text, with the constants that it reads.
    public var identity = ""
}
