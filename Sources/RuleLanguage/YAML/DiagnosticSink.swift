import Diagnostics

/// Collects what is wrong with one file.
final class DiagnosticSink {
    let source: SourceText
    private(set) var diagnostics: [Diagnostic] = []

    /// The source's UTF-8.
    let bytes: [UInt8]

    init(_ source: SourceText) {
        self.source = source
        bytes = Array(source.text.utf8)
    }

    var hasErrors: Bool { diagnostics.contains { $0.level == .error } }

    func add(_ diagnostic: Diagnostic) { diagnostics.append(diagnostic.withHelp()) }

    func error(
        _ code: RuleDiagnosticCode, _ message: String, at span: Span, label: String = "",
        secondary: [Diagnostic.Label] = [], notes: [String] = [], help: String? = nil
    ) {
        add(
            Diagnostic(
                .error, code.rawValue, message, at: span, label: label, secondary: secondary, notes: notes,
                help: help))
    }

    func warning(
        _ code: RuleDiagnosticCode, _ message: String, at span: Span, label: String = "", help: String? = nil
    ) {
        add(Diagnostic(.warning, code.rawValue, message, at: span, label: label, help: help))
    }
}
