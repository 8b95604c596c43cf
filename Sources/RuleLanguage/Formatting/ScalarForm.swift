import Diagnostics

/// One scalar as it is written: its style is the author's where it can be kept.
struct ScalarForm {
    private let scalar: ScalarText

    init(_ scalar: ScalarText) { self.scalar = scalar }

    /// The scalar on one line, as in brackets and for keys.
    var flow: String { oneLineFlow ?? Self.escaped(scalar.text) }

    /// The scalar on one line; nil for text that has lines.
    var oneLineFlow: String? {
        guard !scalar.text.utf8.contains(0x0A) else { return nil }
        switch scalar.style {
        case .plain: return scalar.text
        default: return Self.quoted(scalar.text)
        }
    }

    /// The scalar behind `key:` or `-`.
    ///
    /// - Parameter indent: Of the key; text of several lines stands two columns further in.
    func lines(behind prefix: String, indent: Int, comment: String?) -> [String] {
        let end = comment.map { " " + $0 } ?? ""
        if scalar.text.isEmpty, scalar.style == .plain { return [prefix + end] }
        let blank = prefix.isEmpty || prefix.hasSuffix(" ") ? "" : " "
        switch scalar.style {
        case .plain:
            if !hasLines, (prefix + scalar.text).unicodeScalars.count < RuleFormatter.width || !wasFolded {
                return [prefix + blank + scalar.text + end]
            }
            return (hasLines ? literal : filled(indent + 2))?.lines(prefix + blank, indent + 2, end)
                ?? [prefix + blank + Self.quoted(scalar.text) + end]
        case .singleQuoted, .doubleQuoted: return [prefix + blank + Self.quoted(scalar.text) + end]
        case .literal, .folded:
            let body = scalar.style == .literal ? literal : filled(indent + 2) ?? literal
            return body?.lines(prefix + blank, indent + 2, end) ?? [prefix + blank + Self.quoted(scalar.text) + end]
        }
    }

    private var hasLines: Bool { scalar.text.utf8.contains(0x0A) }
    /// Whether a plain text was written over several lines.
    private var wasFolded: Bool { scalar.span.end - scalar.span.start != scalar.text.utf8.count }

    // MARK: Blocks

    /// A block: its header, and lines without their indentation.
    private struct Body {
        let header: String
        let content: [String]

        func lines(_ prefix: String, _ indent: Int, _ comment: String) -> [String] {
            [prefix + header + comment] + content.map { $0.isEmpty ? "" : FormattedText.pad(indent) + $0 }
        }
    }

    /// How a block's end is written, and the text without the breaks there.
    private var ending: (mark: String, text: Substring)? {
        let text = scalar.text
        guard text.utf8.contains(where: { $0 != 0x0A && $0 != 0x20 }) else { return nil }
        let trimmed = text.utf8.reversed().prefix { $0 == 0x0A }.count
        let body = Substring(text.unicodeScalars.dropLast(trimmed))
        return trimmed == 0 ? ("-", body) : trimmed == 1 ? ("", body) : nil
    }

    /// The text after `|`; nil when no block can hold it.
    private var literal: Body? {
        guard let ending, Self.isPrintable(scalar.text) else { return nil }
        let lines = ending.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let isIndented = lines.first { !$0.isEmpty }?.first == " "
        guard !lines.contains(where: { !$0.isEmpty && $0.allSatisfy { $0 == " " } }) else { return nil }
        return Body(header: "|" + (isIndented ? "2" : "") + ending.mark, content: lines)
    }

    /// The text after `>`, filled to the width; nil when its lines do not come back so.
    private func filled(_ indent: Int) -> Body? {
        guard let ending, Self.isPrintable(scalar.text), ending.text.first != " ", ending.text.last != " " else {
            return nil
        }
        var lines: [String] = []
        let paragraphs = ending.text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, paragraph) in paragraphs.enumerated() {
            guard paragraph.first != " ", paragraph.last != " " else { return nil }
            if index > 0 { lines.append("") }
            guard !paragraph.isEmpty else { continue }
            var line = ""
            for word in Self.words(paragraph) {
                let width = indent + line.unicodeScalars.count + 1 + word.unicodeScalars.count
                if !line.isEmpty, width > RuleFormatter.width {
                    lines.append(line)
                    line = word
                } else {
                    line += (line.isEmpty ? "" : " ") + word
                }
            }
            lines.append(line)
        }
        return Body(header: ">" + ending.mark, content: lines)
    }

    /// Words between single blanks; several blanks stay inside of a word.
    private static func words(_ text: Substring) -> [String] {
        var words: [String] = []
        var word = ""
        let scalars = Array(text.unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            let isBreak =
                scalar == " " && index > 0 && index + 1 < scalars.count && scalars[index - 1] != " "
                && scalars[index + 1] != " "
            if isBreak {
                words.append(word)
                word = ""
            } else {
                word.unicodeScalars.append(scalar)
            }
        }
        return words + [word]
    }

    // MARK: Quotes

    private static func isPrintable(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            scalar == "\n" || (scalar.value >= 0x20 && scalar.value < 0x7F)
                || (scalar.value >= 0xA0 && scalar.value != 0xFEFF && scalar.value != 0x2028 && scalar.value != 0x2029)
        }
    }

    /// Double quotes, or single ones where the text has double quotes or backslashes.
    static func quoted(_ text: String) -> String {
        guard isPrintable(text), !text.utf8.contains(0x0A) else { return escaped(text) }
        guard text.utf8.contains(0x22) || text.utf8.contains(0x5C) else { return "\"" + text + "\"" }
        return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }

    private static func escaped(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case _ where isPrintable(String(scalar)): out.unicodeScalars.append(scalar)
            default:
                let digits = String(scalar.value, radix: 16)
                out += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
            }
        }
        return out + "\""
    }
}
