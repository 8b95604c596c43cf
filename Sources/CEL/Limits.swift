/// What one expression may cost, with the values of the rule language as defaults.
public struct Limits: Hashable, Sendable {
    /// Bytes of UTF-8 of one expression.
    public var textBytes = 8 * 1024
    /// How deep brackets and operators of one expression may be nested.
    public var nesting = 64
    /// Steps of one evaluation: an element visited, or 64 bytes of text made or read by a function.
    public var steps = 1_000_000
    /// Backtracking points that a pattern search may take for each place where a match may begin.
    public var regexBacktracking = 10_000
    /// Milliseconds that the searches of one `matches` or `regex` call may take.
    public var regexMilliseconds = 5
    /// Bytes of text that one pattern search looks at; longer text is searched in its first part.
    public var regexSubjectBytes = 8 * 1024
    /// Elements of a list that a function makes.
    public var listElements = 100_000
    /// Bytes of a text that a function or `+` makes.
    public var textResultBytes = 1 << 20

    public init() {}

    /// The limits of rule-language.md section 9.
    public static let `default` = Limits()
}
