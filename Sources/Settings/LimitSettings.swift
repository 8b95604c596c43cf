/// What rules may cost, where it is other than the language's own limits; nil leaves those.
public struct LimitSettings: Hashable, Sendable {
    /// Bytes of one expression.
    public var expressionBytes: Int?
    /// How deep brackets and operators of one expression are nested.
    public var expressionNesting: Int?
    /// Steps of one evaluation.
    public var evaluationSteps: Int?
    /// Milliseconds of the pattern searches of one call.
    public var regexMilliseconds: Int?
    /// Backtracking points of a pattern search for each place where a match may begin.
    public var regexBacktracking: Int?
    /// Bytes of text that a pattern search looks at.
    public var regexSubjectBytes: Int?
    /// Elements of a list that a function makes.
    public var listElements: Int?
    /// Bytes of a text that a function or `+` makes.
    public var textBytes: Int?
    /// The most values that one `collect` may keep.
    public var collectedValues: Int?
    /// Keys that one rule remembers.
    public var keysPerRule: Int?
    /// Alerts of one rule and pass, or hour, before one summary.
    public var alertsPerRule: Int?
    /// Activities in all windows of one rule.
    public var windowActivities: Int?
    /// Activities of one window that aggregates look at one by one.
    public var walkedActivities: Int?
    /// Unfinished sequences of one key.
    public var partialsPerKey: Int?
    /// Values of all keys of one profile.
    public var profileValues: Int?
    /// Values of one key of one profile.
    public var profileValuesPerKey: Int?

    public init() {}
}

extension LimitSettings {
    /// One key of the section, and what it may be set to.
    struct Key {
        let name: String
        let bounds: ClosedRange<Int>
        let field: WritableKeyPath<LimitSettings, Int?>
    }

    /// In the order of the documentation.
    ///
    /// The upper bounds keep one expression from stopping the monitor or exhausting its memory.
    static var keys: [Key] {
        [
            Key(name: "expression_bytes", bounds: 64...1_048_576, field: \.expressionBytes),
            Key(name: "expression_nesting", bounds: 8...128, field: \.expressionNesting),
            Key(name: "evaluation_steps", bounds: 1000...1_000_000_000, field: \.evaluationSteps),
            Key(name: "regex_milliseconds", bounds: 1...1000, field: \.regexMilliseconds),
            Key(name: "regex_backtracking", bounds: 100...10_000_000, field: \.regexBacktracking),
            Key(name: "regex_subject_bytes", bounds: 64...1_048_576, field: \.regexSubjectBytes),
            Key(name: "list_elements", bounds: 100...10_000_000, field: \.listElements),
            Key(name: "text_bytes", bounds: 1024...67_108_864, field: \.textBytes),
            Key(name: "collected_values", bounds: 1...100_000, field: \.collectedValues),
            Key(name: "keys_per_rule", bounds: 1...100_000_000, field: \.keysPerRule),
            Key(name: "alerts_per_rule", bounds: 1...1_000_000, field: \.alertsPerRule),
            Key(name: "window_activities", bounds: 1000...100_000_000, field: \.windowActivities),
            Key(name: "walked_activities", bounds: 100...10_000_000, field: \.walkedActivities),
            Key(name: "partials_per_key", bounds: 1...10_000, field: \.partialsPerKey),
            Key(name: "profile_values", bounds: 1000...100_000_000, field: \.profileValues),
            Key(name: "profile_values_per_key", bounds: 1...10_000_000, field: \.profileValuesPerKey),
        ]
    }
}
