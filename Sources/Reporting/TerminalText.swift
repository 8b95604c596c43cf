/// Text that came from elsewhere, made harmless for a terminal and a page.
enum PlainLine {
    /// The text on one line, with everything that moves a cursor, colours or turns writing around made visible.
    static func clean(_ text: String) -> String {
        var clean = ""
        for scalar in text.unicodeScalars {
            if isHarmless(scalar) {
                clean.unicodeScalars.append(scalar)
            } else {
                clean += "\\u{" + String(scalar.value, radix: 16) + "}"
            }
        }
        return clean
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // Controls, line and paragraph ends.
        case 0...0x1F, 0x7F...0x9F, 0x2028, 0x2029: false
        // Marks that turn the direction of writing, and what has no width: names could pose as others.
        case 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x2069, 0xFEFF: false
        default: true
        }
    }
}

/// Writes lines for a terminal: with colours or without, and broken between words at its width.
struct TerminalText {
    enum Style: String {
        case bold = "1"
        case dim = "2"
        case red = "31"
        case brightRed = "1;31"
        case yellow = "33"
        case green = "32"
        case blue = "36"
    }

    let hasColor: Bool
    /// Columns, at least 40.
    let width: Int
    private(set) var text = ""

    init(hasColor: Bool, width: Int) {
        self.hasColor = hasColor
        self.width = max(40, width)
    }

    /// The text in a style; clean text only.
    func styled(_ text: String, _ style: Style) -> String {
        hasColor ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }

    mutating func blank() { text += "\n" }

    mutating func heading(_ title: String) {
        blank()
        text += styled(title, .bold) + "\n"
    }

    /// A line as it is.
    mutating func line(_ line: String) { text += line + "\n" }

    /// A paragraph, broken between words; the lines after the first are indented by `hanging`.
    ///
    /// - Parameter lead: Stands before the first word and may be styled; `leadWidth` columns.
    mutating func paragraph(_ words: String, lead: String = "", leadWidth: Int = 0, hanging: Int = 0) {
        var line = lead
        var column = leadWidth
        var isFirst = true
        for word in PlainLine.clean(words).split(separator: " ") {
            let length = word.count
            if !isFirst, column + 1 + length > width {
                text += line + "\n"
                line = String(repeating: " ", count: hanging)
                column = hanging
                isFirst = true
            }
            line += (isFirst ? "" : " ") + word
            column += length + (isFirst ? 0 : 1)
            isFirst = false
        }
        text += line + "\n"
    }

    /// The text, filled with blanks up to a width; longer text stays as it is.
    static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
