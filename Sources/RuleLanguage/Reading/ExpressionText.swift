import Diagnostics

/// The text of one expression, and its place inside a YAML scalar: all of it, or what stands in `${...}`.
struct ExpressionText: Sendable {
    let text: String
    private let scalar: ScalarText
    private let base: Int

    /// The whole scalar.
    init(_ scalar: ScalarText) {
        text = scalar.text
        self.scalar = scalar
        base = 0
    }

    /// A part of the scalar's decoded bytes.
    init(_ scalar: ScalarText, bytes range: Range<Int>) {
        text = String(decoding: Array(scalar.text.utf8)[range], as: UTF8.self)
        self.scalar = scalar
        base = range.lowerBound
    }

    /// An expression that nobody wrote, such as the key of a rule without `key`; it stands where `place` is.
    init(written text: String, at place: Span) {
        self.init(ScalarText(text: text, style: .plain, span: place, places: []))
    }

    /// Where a stretch of the expression stands in the file.
    func fileSpan(_ span: Span) -> Span { scalar.fileSpan(Span(span.start + base, span.end + base)) }

    /// The expression's first line in the file.
    var span: Span {
        let bytes = Array(text.utf8)
        let start = bytes.firstIndex { $0 > 0x20 } ?? 0
        var end = bytes[start...].firstIndex { $0 == 0x0A } ?? bytes.count
        while end > start + 1, bytes[end - 1] <= 0x20 { end -= 1 }
        return fileSpan(Span(start, max(start + 1, end)))
    }

    /// A diagnostic about the expression as one about the file.
    func placed(_ diagnostic: Diagnostic) -> Diagnostic {
        Diagnostic(
            diagnostic.level, diagnostic.code, diagnostic.message, at: fileSpan(diagnostic.primary.span),
            label: diagnostic.primary.text,
            secondary: diagnostic.secondary.map { Diagnostic.Label(fileSpan($0.span), $0.text) },
            notes: diagnostic.notes, help: diagnostic.help)
    }
}
