/// Text of others made safe to show: what would move a cursor, change a colour or turn the reading direction is
/// written out instead.
public enum Visible {
    /// The text with control, bidirectional and invisible characters as `\u{1b}`.
    public static func text(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isHidden) else { return text }
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if isHidden(scalar) {
                shown.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
            } else {
                shown.append(scalar)
            }
        }
        return String(shown)
    }

    /// Whether a character shows nothing of itself but changes how others are shown.
    static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x1f, 0x7f...0x9f: true
        // Soft hyphen, Arabic letter mark, Mongolian vowel separator.
        case 0xad, 0x61c, 0x180e: true
        // Zero-width characters and marks of direction, separators of lines, embeddings, isolates, invisible signs.
        case 0x200b...0x200f, 0x2028...0x202e, 0x2060...0x206f, 0xfeff: true
        // Interlinear annotation, tags.
        case 0xfff9...0xfffb, 0xe0000...0xe007f: true
        default: false
        }
    }
}
