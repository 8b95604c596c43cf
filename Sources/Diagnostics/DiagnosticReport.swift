/// A diagnostic together with the text it is about.
public struct SourcedDiagnostic: Hashable, Sendable {
    public let source: SourceText
    public let diagnostic: Diagnostic

    public init(_ source: SourceText, _ diagnostic: Diagnostic) {
        self.source = source
        self.diagnostic = diagnostic
    }
}

/// The forms in which diagnostics are written.
public enum DiagnosticFormat: String, Sendable, CaseIterable {
    /// With the source line and a caret, for people.
    case text
    /// `file:line:column: error[code]: message`, one line each, for editors and `grep`.
    case short
    /// One JSON document.
    case json
    /// Workflow commands that GitHub shows beside the changed lines.
    case github
    /// SARIF 2.1.0, for code scanning services.
    case sarif
}

/// Diagnostics of several files in one order, written in any of the five forms.
public struct DiagnosticReport: Sendable {
    /// By file name, then place, then code; doubles are gone.
    public let entries: [SourcedDiagnostic]

    /// A report of diagnostics in any order.
    public init(_ entries: [SourcedDiagnostic]) {
        var seen: Set<SourcedDiagnostic> = []
        self.entries = entries.filter { seen.insert($0).inserted }.sorted { left, right in
            let (first, second) = (left.diagnostic, right.diagnostic)
            return (left.source.name, first.primary.span, first.code, first.message)
                < (right.source.name, second.primary.span, second.code, second.message)
        }
    }

    /// How many of them are errors: with one or more, the command exits 2.
    public var errorCount: Int { entries.count { $0.diagnostic.level == .error } }

    /// How many of them are warnings.
    public var warningCount: Int { entries.count { $0.diagnostic.level == .warning } }

    /// The whole report, ending in a line break unless it is empty.
    public func rendered(as format: DiagnosticFormat) -> String {
        let located = Self.located(entries)
        return switch format {
        case .text: located.map(TextForm.render).joined(separator: "\n")
        case .short: located.map(LineForm.short).joined()
        case .github: located.map(LineForm.github).joined()
        case .json: JSONForm.render(located, errors: errorCount, warnings: warningCount)
        case .sarif: SARIFForm.render(located)
        }
    }

    private static func located(_ entries: [SourcedDiagnostic]) -> [LocatedDiagnostic] {
        var indexes: [SourceText: LineIndex] = [:]
        return entries.map { entry in
            let lines = indexes[entry.source] ?? LineIndex(entry.source.text)
            indexes[entry.source] = lines
            return LocatedDiagnostic(file: entry.source.name, lines: lines, diagnostic: entry.diagnostic)
        }
    }
}

/// A diagnostic with the index that turns its spans into lines and columns.
struct LocatedDiagnostic {
    let file: String
    let lines: LineIndex
    let diagnostic: Diagnostic

    var start: LineIndex.Position { lines.position(at: diagnostic.primary.span.start) }
    var end: LineIndex.Position { lines.position(at: diagnostic.primary.span.end) }
}
