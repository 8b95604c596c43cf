/// One thing an author should know about a text, and what to do about it.
public struct Diagnostic: Hashable, Sendable {
    /// How bad it is: an `error` stops the file from being used, the others do not.
    public enum Level: String, Sendable, Comparable {
        case error, warning, note

        public static func < (left: Level, right: Level) -> Bool { left.rank < right.rank }
        private var rank: Int {
            switch self {
            case .error: 0
            case .warning: 1
            case .note: 2
            }
        }
    }

    /// A stretch of text and what is said of it there.
    public struct Label: Hashable, Sendable {
        public let span: Span
        public let text: String

        public init(_ span: Span, _ text: String) {
            self.span = span
            self.text = text
        }
    }

    public let level: Level
    /// A stable code such as `R0203`, one page each in the docs; never reused.
    public let code: String
    /// One clause, lower-case start, no full stop, the author's words in backquotes.
    public let message: String
    /// Where, and a word at the caret.
    public var primary: Label
    /// Other places that explain it, such as the first of two equal keys.
    public var secondary: [Label]
    /// Facts that are not at a place.
    public var notes: [String]
    /// The next step, in the imperative; nil where there is none to give.
    public var help: String?

    public init(
        _ level: Level, _ code: String, _ message: String, at span: Span, label: String = "",
        secondary: [Label] = [], notes: [String] = [], help: String? = nil
    ) {
        self.level = level
        self.code = code
        self.message = message
        self.primary = Label(span, label)
        self.secondary = secondary
        self.notes = notes
        self.help = help
    }
}
