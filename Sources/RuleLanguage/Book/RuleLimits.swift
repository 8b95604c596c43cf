public import CEL

/// What the rules of one book may cost; rule-language.md section 9.
///
/// The values here are the language's own; settings may change each. Two books that differ only in their limits judge
/// differently, so limits are part of a book's digest unless they are the language's own.
public struct RuleLimits: Hashable, Sendable {
    /// What one expression may cost.
    public var expressions = Limits.default
    /// The most values that one `collect` may keep.
    public var collectedValues = 1000
    /// Keys that the memory of one rule holds; more push the quietest out, which is counted and alerted.
    public var keys = 100_000
    /// Alerts of one rule and pass, or of one rule and hour of activities; what is beyond makes one summary alert.
    public var alerts = 1000

    /// Activities in all windows of one rule, and different values in its calendar windows; more push the oldest out,
    /// which is counted and alerted.
    public var windowActivities = 5_000_000
    /// Activities of one window, the newest, that aggregates look at one by one; the rest is counted and alerted.
    public var walkedActivities = 100_000
    /// Unfinished sequences of one key; more push the oldest out, which is counted and alerted.
    public var partials = 64
    /// Values of all keys of one profile; more push out those seen longest ago, which is counted and alerted.
    public var profileValues = 5_000_000
    /// Values of one key of one profile, likewise.
    public var valuesOfKey = 10_000

    public init() {}

    /// The limits of rule-language.md section 9.
    public static let `default` = RuleLimits()

    /// What a digest says of them.
    var digestText: String {
        let own = expressions
        let numbers = [
            own.textBytes, own.nesting, own.steps, own.regexBacktracking, own.regexMilliseconds, own.regexSubjectBytes,
            own.listElements, own.textResultBytes, collectedValues, keys, alerts,
            windowActivities, walkedActivities, partials, profileValues, valuesOfKey,
        ]
        return numbers.map { String($0) }.joined(separator: " ")
    }
}
