/// One line of source text as a terminal shows it, and at which column each byte of it stands.
///
/// Tabs go to the next multiple of four, East Asian wide characters and emoji take two columns, combining marks none,
/// and control characters (an escape sequence in a rule file, say) are shown as U+FFFD so that they do nothing.
struct DisplayLine {
    /// How many columns of a long line are shown.
    static let widthLimit = 180
    static let tabWidth = 4

    private(set) var text = ""
    /// The display column (from 0) at which the byte of that offset in the line starts; one more for the line's end.
    private var columns: [Int] = []

    init(_ bytes: ArraySlice<UInt8>) {
        var column = 0
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            columns.append(contentsOf: repeatElement(column, count: UTF8.width(scalar)))
            switch scalar.properties.generalCategory {
            case _ where scalar == "\t":
                let blanks = Self.tabWidth - column % Self.tabWidth
                text += String(repeating: " ", count: blanks)
                column += blanks
            case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator:
                text += "\u{FFFD}"
                column += 1
            case .nonspacingMark, .enclosingMark:
                text.unicodeScalars.append(scalar)
            default:
                text.unicodeScalars.append(scalar)
                column += Self.isWide(scalar) ? 2 : 1
            }
        }
        columns.append(column)
    }

    /// The display column of a byte offset in the line; the line's width for offsets behind it.
    func column(of offset: Int) -> Int { columns[min(max(0, offset), columns.count - 1)] }

    /// The part of a long line around `focus`, and how many columns the text moved to the left.
    func window(around focus: Int) -> (text: String, shift: Int) {
        guard column(of: columns.count) > Self.widthLimit else { return (text, 0) }
        let scalars = Array(text.unicodeScalars)
        let start = max(0, min(focus - Self.widthLimit / 3, scalars.count - Self.widthLimit))
        let end = min(scalars.count, start + Self.widthLimit)
        var shown = start > 0 ? "…" : ""
        for scalar in scalars[(start > 0 ? start + 1 : start)..<end] { shown.unicodeScalars.append(scalar) }
        return (end < scalars.count ? shown + "…" : shown, start)
    }

    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF,
            0x20000...0x3FFFD:
            true
        default:
            false
        }
    }
}
