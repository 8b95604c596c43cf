public import Diagnostics
public import Timekeeping

/// What a simulated tenant is like and what happens in it, as a scenario file says; names are checked by who plays it.
public struct Scenario: Hashable, Sendable {
    /// When something happens.
    public enum Moment: Hashable, Sendable {
        /// The first such time of day, in UTC, at or after the start; seconds since midnight.
        case timeOfDay(Int64)
        /// So long after the start, or before it.
        case offset(TimeSpan)
        case moment(Timestamp)

        /// The moment itself, when the simulation begins at `start`.
        public func resolved(from start: Timestamp) -> Timestamp {
            switch self {
            case .moment(let moment): return moment
            case .offset(let span): return start + span
            case .timeOfDay(let second):
                let day = start.seconds >= 0 ? start.seconds / 86_400 : (start.seconds - 86_399) / 86_400
                let today = Timestamp(seconds: day * 86_400 + second)
                return today < start ? today + .days(1) : today
            }
        }
    }

    /// One thing that happens, once or several times.
    public struct Step: Hashable, Sendable {
        public enum Action: Hashable, Sendable {
            /// An attack or a bad state of this kind; an attack takes `within` in all, or its natural pace.
            case plant(kind: Located, within: TimeSpan?)
            /// So many people change group, and no event says so.
            case moveUsers(Int)
            /// Calls go wrong, in the words of the simulator's faults, for a while or for good.
            case fault(plan: Located, lasting: TimeSpan?)
        }

        public var at: Moment
        public var action: Action
        /// How often, `every` so much time.
        public var times = 1
        public var every = TimeSpan.zero
    }

    /// A word of the file and where it stands, for who knows whether it is one.
    public struct Located: Hashable, Sendable {
        public let text: String
        public let source: SourceText
        public let span: Span

        public static func == (left: Located, right: Located) -> Bool { left.text == right.text }
        public func hash(into hasher: inout Hasher) { hasher.combine(text) }
    }

    public var seed: UInt64?
    public var users: Int?
    /// Where time begins, and how many seconds pass in one; nil: now.
    public var start: Timestamp?
    public var speed = 1
    public var historyDays: Int?
    public var historyEvents: Int?
    public var scope: Located?
    /// How the service behaves; nil where the file does not say.
    public var callsPerHour: Int?
    public var tokenLifetime: TimeSpan?
    public var writeDelay: TimeSpan?
    public var hasPrivileges: Bool?
    /// Whether calls above the limit get 400 `rate_limit_exceeded` and not 429.
    public var rateLimitsAsBadRequest: Bool?
    /// Kinds that are there from the start.
    public var planted: [Located] = []
    /// In the order of the file.
    public var steps: [Step] = []

    public init() {}
}

/// A scenario and all that is to be said about it.
public struct ScenarioResult: Sendable {
    /// nil when anything is an error.
    public let scenario: Scenario?
    /// In the order of their places.
    public let diagnostics: [SourcedDiagnostic]
}
