import CEL

/// What happened to one bound rule, for status, metrics and the report.
public struct RuleStatistics: Hashable, Sendable {
    /// How many different causes are kept; the rest counts into `errors` alone.
    static let causeLimit = 16
    /// How many different keys are told apart when findings are only counted.
    public static let keyLimit = 1_000_000

    /// Rows or activities its conditions were tried on.
    public internal(set) var looked = 0
    /// Those for which `match` or `where` held.
    public internal(set) var matched = 0
    /// How often its conditions held to the end, exceptions not counted.
    public internal(set) var fired = 0
    /// How many different keys they held for, at most ``keyLimit``; 0 unless the engine only counts.
    public internal(set) var keys = 0
    /// How often an exception of the policy held it back, by the exception's name.
    public internal(set) var excepted: [String: Int] = [:]
    /// Evaluations that had no value though the data was there.
    public internal(set) var errors = 0
    /// Evaluations that had no value since data is not known.
    public internal(set) var unknowns = 0
    /// Why, and how often each.
    public internal(set) var causes: [String: Int] = [:]
    /// What was not known, and how often each.
    public internal(set) var unknownReasons: [String: Int] = [:]
    /// Keys that had to leave because the limit of keys was reached.
    public internal(set) var evictedKeys = 0
    /// Activities and values that windows left out because they hold as many as they may.
    public internal(set) var passedOver = 0
    /// Keys that are remembered now.
    public internal(set) var liveKeys = 0
    /// Bytes that they take; rules that share their memory each name all of it.
    public internal(set) var stateBytes = 0
    /// Findings beyond the limit of one pass.
    public internal(set) var overflowed = 0

    /// The failure that was noted last, with its text.
    private struct Last: Hashable, Sendable {
        let failure: EvaluationFailure
        let text: String
    }

    private var last: Last?

    public init() {}

    /// Counts an evaluation without a value.
    mutating func note(_ failure: EvaluationFailure) {
        if failure == last?.failure, let last {
            // The same again, as when a source is missing: no text is made for it.
            if failure.isUnknown {
                unknowns += 1
                unknownReasons[last.text]? += 1
            } else {
                errors += 1
                causes[last.text]? += 1
            }
            return
        }
        last = Last(failure: failure, text: failure.description)
        if failure.isUnknown {
            unknowns += 1
            Self.count(failure.description, in: &unknownReasons)
        } else {
            errors += 1
            Self.count(failure.description, in: &causes)
        }
    }

    private static func count(_ text: String, in counts: inout [String: Int]) {
        guard counts[text] != nil || counts.count < causeLimit else { return }
        counts[text, default: 0] += 1
    }
}
