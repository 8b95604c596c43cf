import Diagnostics

/// The decoded text of one YAML scalar, and where each byte of it was written.
///
/// What a checker says of the decoded text (`'it''s'` is `it's`, a folded line break is a blank) is put back to its
/// place in the file by `fileSpan(_:)`.
struct ScalarText: Sendable, Hashable {
    /// How a scalar is written.
    enum Style: Sendable {
        case plain, singleQuoted, doubleQuoted, literal, folded
    }

    /// The text as YAML decodes it.
    let text: String
    let style: Style
    /// The whole scalar in the file, with quotes or the header of a block.
    let span: Span
    /// For each byte of `text`, and for its end, the offset in the file.
    private let places: [Int]

    init(text: String, style: Style, span: Span, places: [Int]) {
        self.text = text
        self.style = style
        self.span = span
        self.places = places
    }

    /// Whether it is known where each byte of the text was written.
    var isPlaced: Bool { text.isEmpty || places.count == text.utf8.count + 1 }

    /// Where a stretch of the decoded text stands in the file.
    ///
    /// - Returns: From the first byte's place to behind the last byte's; both lie inside `span`.
    func fileSpan(_ inner: Span) -> Span {
        guard !text.isEmpty, places.count == text.utf8.count + 1 else { return span }
        let start = places[min(inner.start, places.count - 1)]
        guard inner.end > inner.start else { return Span(start, start) }
        let last = min(inner.end, places.count - 1)
        // The end of a byte is the start of the next one, unless something that decodes to nothing lies between.
        let end = last < places.count - 1 && places[last] - places[last - 1] <= 1 ? places[last] : places[last - 1] + 1
        return Span(start, max(start, end))
    }

    /// The first line of what the scalar says, for labels of whole expressions: never across lines.
    var firstLine: Span {
        let trimmed = text.utf8.prefix { $0 != 0x0A }.count
        return fileSpan(Span(0, max(1, trimmed)))
    }
}
