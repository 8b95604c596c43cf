/// A piece of text that an author wrote, with a name that leads back to it.
public struct SourceText: Hashable, Sendable {
    /// A file path as the author gave it, or a label such as `<expression>`.
    public let name: String
    /// The whole text.
    public let text: String

    public init(name: String, text: String) {
        self.name = name
        self.text = text
    }
}

/// A stretch of a source text: byte offsets into its UTF-8, `[start, end)`.
public struct Span: Hashable, Comparable, Sendable {
    public var start: Int
    public var end: Int

    public init(_ start: Int, _ end: Int) {
        self.start = start
        self.end = max(start, end)
    }

    /// The smallest stretch that holds both.
    public func joined(with other: Span) -> Span { Span(min(start, other.start), max(end, other.end)) }

    public static func < (left: Span, right: Span) -> Bool { (left.start, left.end) < (right.start, right.end) }
}
