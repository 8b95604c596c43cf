import Diagnostics

/// A node of a YAML document with its place in the file.
struct YAMLNode: Sendable {
    /// What a node is.
    indirect enum Content: Sendable {
        case scalar(ScalarText)
        case sequence([YAMLNode])
        case mapping([Entry])
        /// Something that was refused and reported; readers pass over it without a word.
        case refused
    }

    /// A key of a mapping with its value.
    struct Entry: Sendable {
        let key: ScalarText
        let value: YAMLNode
    }

    let content: Content
    /// A scalar's whole text, a collection's first character.
    let span: Span
    /// Whether the node is written in brackets, where a comma ends a value.
    let isFlow: Bool
    /// The `&name` before it.
    var anchor: Reference?
    /// The `*name` that stands for it here.
    var alias: Reference?

    /// The name of an anchor, and where it is written.
    struct Reference: Sendable {
        let name: String
        let place: Int
    }

    init(content: Content, span: Span, isFlow: Bool, anchor: Reference? = nil, alias: Reference? = nil) {
        self.content = content
        self.span = span
        self.isFlow = isFlow
        self.anchor = anchor
        self.alias = alias
    }

    /// Where it begins, with what names it.
    var start: Int { alias?.place ?? anchor?.place ?? span.start }

    /// What the node is, in words of the author.
    var kindName: String {
        switch content {
        case .scalar(let text): text.text.isEmpty && text.style == .plain ? "nothing" : "text"
        case .sequence: "a list"
        case .mapping: "a mapping"
        case .refused: "something refused"
        }
    }

    /// Whether nothing was written, as behind `key:`.
    var isEmptyScalar: Bool {
        if case .scalar(let text) = content { return text.text.isEmpty && text.style == .plain }
        return false
    }

    /// Whether YAML's word for nothing was written, `null` or `~` without quotes.
    var isNull: Bool {
        guard case .scalar(let text) = content, text.style == .plain else { return false }
        return ["null", "Null", "NULL", "~"].contains(text.text)
    }

    /// Whether it is `[]` or `{}`.
    var isEmptyCollection: Bool {
        switch content {
        case .sequence(let items): items.isEmpty
        case .mapping(let entries): entries.isEmpty
        default: false
        }
    }

    var isRefused: Bool {
        if case .refused = content { return true }
        return false
    }
}

/// One document of a file.
struct YAMLDocument: Sendable {
    let root: YAMLNode
    /// The bytes of the file that it takes, from its `---`.
    let extent: Range<Int>
}
