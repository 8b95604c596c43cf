/// The rules by which a monitor watches itself: no file holds them and no policy binds them.
public enum OwnRule: String, CaseIterable, Sendable {
    /// A connection does badly.
    case connectionHealth = "connection-health"
    /// A rule could not be evaluated.
    case ruleErrors = "rule-errors"

    /// The policy of their alerts; no policy file may have its name.
    public static let policy = "tocsin"
}
