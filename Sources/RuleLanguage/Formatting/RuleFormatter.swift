public import Diagnostics

/// Writes rule, policy and `define` files in one form: keys in one order, two blanks a level, comments kept.
///
/// A list or mapping in brackets stays so where it fits on a line. What a file means never changes: the new text is
/// read again and compared, and `format(format(x))` is `format(x)`.
public enum RuleFormatter {
    /// What became of a file.
    public enum Outcome: Equatable, Sendable {
        /// The text in its form, which may be the text as it was.
        case formatted(String)
        /// The file is left as it is, because of something that this form does not have.
        case left(reason: String)
        /// The file is not YAML as we read it.
        case refused([Diagnostic])
    }

    /// Columns of a line.
    static let width = 120

    /// Formats one file.
    public static func format(_ file: SourceText) -> Outcome {
        let sink = DiagnosticSink(file)
        let documents = YAMLReader.documents(of: sink)
        guard !sink.hasErrors else { return .refused(sink.diagnostics) }
        guard !documents.isEmpty else { return .left(reason: "it holds no document") }
        let text = FormattedText(documents: documents, bytes: sink.bytes)
        if let reason = text.obstacle { return .left(reason: reason) }
        let written = text.written
        guard isSame(documents, comments: text.comments, written, name: file.name) else {
            return .left(reason: "its form could not be changed without changing what it says")
        }
        return .formatted(written)
    }

    /// Whether a text says the same, with the same comments.
    private static func isSame(
        _ documents: [YAMLDocument], comments: [String], _ written: String, name: String
    ) -> Bool {
        let sink = DiagnosticSink(SourceText(name: name, text: written))
        let again = YAMLReader.documents(of: sink)
        guard !sink.hasErrors, again.count == documents.count else { return false }
        let kept = CommentTable(bytes: sink.bytes, documents: again).texts
        return zip(documents, again).allSatisfy { CanonicalText.document($0.root) == CanonicalText.document($1.root) }
            && kept.sorted() == comments.sorted()
    }
}
