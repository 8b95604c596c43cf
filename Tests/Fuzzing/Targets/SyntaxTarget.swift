import CEL
import Diagnostics

extension FuzzTarget {
    /// Any text through the lexer and the parser, with and without macros, and its errors through a report.
    static let syntax = FuzzTarget(name: "syntax") { bytes in
        let text = readText(bytes)
        var diagnostics: [Diagnostic] = []
        for expandsMacros in [false, true] {
            let result = parse(text, expandsMacros: expandsMacros)
            diagnostics = result.diagnostics
            if result.expr == nil, result.diagnostics.isEmpty { return "no tree and nothing said about it" }
            if let fault = misplaced(result.diagnostics, in: text) { return fault }
            if let expr = result.expr, expr.span.start < 0 || expr.span.end > text.utf8.count {
                return "the tree reaches out of the text"
            }
        }
        return rendered(diagnostics, of: text)
    }

    /// What is wrong with the places of diagnostics; nil when all lie inside the text and on characters.
    static func misplaced(_ diagnostics: [Diagnostic], in text: String) -> String? {
        let bytes = Array(text.utf8)
        for diagnostic in diagnostics {
            for label in [diagnostic.primary] + diagnostic.secondary {
                let span = label.span
                guard span.start >= 0, span.start <= span.end, span.end <= bytes.count else {
                    return "`\(diagnostic.message)` is outside of the text"
                }
                for place in [span.start, span.end] where place < bytes.count && bytes[place] & 0xc0 == 0x80 {
                    return "`\(diagnostic.message)` begins or ends inside of a character"
                }
            }
        }
        return nil
    }

    /// Prints diagnostics of every eighth length of text in one form, chosen by it; gives what is wrong with that.
    ///
    /// Printing takes longer than reading, and what is read is what inputs are made for.
    static func rendered(_ diagnostics: [Diagnostic], of text: String) -> String? {
        guard !diagnostics.isEmpty, text.utf8.count % 8 == 0 else { return nil }
        let source = SourceText(name: "<input>", text: text)
        let report = DiagnosticReport(diagnostics.map { SourcedDiagnostic(source, $0) })
        let formats = DiagnosticFormat.allCases
        let format = formats[text.utf8.count / 8 % formats.count]
        return report.rendered(as: format).isEmpty ? "the report as \(format) is empty" : nil
    }
}
