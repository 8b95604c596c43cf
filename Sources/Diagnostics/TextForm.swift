/// The form for people: message, place, source lines with carets, notes and help (style guide, section 4).
enum TextForm {
    /// One label on one line of the source.
    private struct Mark {
        let line: Int
        let start: Int
        let end: Int
        let text: String
        let isPrimary: Bool
    }

    static func render(_ located: LocatedDiagnostic) -> String {
        let diagnostic = located.diagnostic
        let labels = [(diagnostic.primary, true)] + diagnostic.secondary.map { ($0, false) }
        let marks = labels.map { mark($0, isPrimary: $1, in: located.lines) }
            .sorted { ($0.line, $0.start, $0.isPrimary ? 0 : 1) < ($1.line, $1.start, $1.isPrimary ? 0 : 1) }
        let width = String(marks.map(\.line).max() ?? 1).count
        let margin = String(repeating: " ", count: width)
        let place = located.start
        var out = "\(diagnostic.level.rawValue)[\(diagnostic.code)]: \(singleLine(diagnostic.message))\n"
        out += "\(margin)--> \(singleLine(located.file)):\(place.line):\(place.column)\n\(margin) |\n"
        var lastLine: Int?
        for (position, mark) in marks.enumerated() {
            let display = DisplayLine(located.lines.bytes[located.lines.range(ofLine: mark.line)])
            let focus = marks.first { $0.line == mark.line }.map { display.column(of: $0.start) } ?? 0
            let shown = display.window(around: focus)
            if mark.line != lastLine {
                if let lastLine, mark.line > lastLine + 1 { out += "\(margin) ...\n" }
                let number = String(mark.line)
                let pad = String(repeating: " ", count: width - number.count)
                out += trimmed("\(pad)\(number) | \(shown.text)") + "\n"
                lastLine = mark.line
            }
            out += trimmed("\(margin) | " + underline(marks[position], display, shift: shown.shift)) + "\n"
        }
        for note in diagnostic.notes { out += "\(margin) = note: \(indented(note, margin))\n" }
        if let help = diagnostic.help { out += "\(margin) = help: \(indented(help, margin))\n" }
        return out
    }

    private static func mark(_ label: Diagnostic.Label, isPrimary: Bool, in lines: LineIndex) -> Mark {
        let line = lines.position(at: label.span.start).line
        let range = lines.range(ofLine: line)
        return Mark(
            line: line, start: min(label.span.start, range.upperBound) - range.lowerBound,
            end: min(label.span.end, range.upperBound) - range.lowerBound, text: label.text, isPrimary: isPrimary)
    }

    private static func underline(_ mark: Mark, _ display: DisplayLine, shift: Int) -> String {
        let start = max(0, display.column(of: mark.start) - shift)
        let width = max(1, min(display.column(of: mark.end) - shift, DisplayLine.widthLimit) - start)
        let carets = String(repeating: mark.isPrimary ? "^" : "-", count: width)
        return String(repeating: " ", count: start) + carets + (mark.text.isEmpty ? "" : " " + singleLine(mark.text))
    }

    /// A message is one line by contract; author's text in it may not break that, nor steer a terminal.
    static func singleLine(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            out.unicodeScalars.append(isControl ? (scalar == "\n" || scalar == "\t" ? " " : "\u{FFFD}") : scalar)
        }
        return out
    }

    private static func indented(_ text: String, _ margin: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { singleLine(String($0)) }
            .joined(separator: "\n\(margin)         ")
    }

    private static func trimmed(_ line: String) -> String {
        var line = Substring(line)
        while line.last == " " { line.removeLast() }
        return String(line)
    }
}
