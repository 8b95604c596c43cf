/// Splits Swift into words and signs, and passes over comments and the text of literals.
///
/// It knows as much of Swift as these tests need: nested comments, literals of one and many lines, raw literals with
/// their number signs, and the code inside interpolations. A regex literal is not known; the project has none.
struct SwiftScanner {
    /// A literal that is open: how many `#`, and whether it has three quotes.
    private struct Literal {
        let signs: Int
        let isLong: Bool
    }

    private let bytes: [UInt8]
    private var at = 0
    private var line = 1
    private var found: [SwiftFile.Token] = []
    /// Where the last token ended.
    private var end = 0
    /// The literals around the code being read, each with the parentheses open in its interpolation.
    private var outer: [(literal: Literal, depth: Int)] = []

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// Reads to the end.
    mutating func tokens() -> [SwiftFile.Token] {
        while at < bytes.count { step() }
        return found
    }

    private mutating func step() {
        let byte = bytes[at]
        switch byte {
        case UInt8(ascii: "\n"):
            line += 1
            at += 1
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): at += 1
        case UInt8(ascii: "/") where has("//", at): skipLine()
        case UInt8(ascii: "/") where has("/*", at): skipComment()
        case UInt8(ascii: "\""), UInt8(ascii: "#"):
            if let literal = opening() { read(literal) } else { sign() }
        default:
            if Self.isWord(byte) { word() } else { sign() }
        }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }

    private func has(_ text: StaticString, _ place: Int) -> Bool {
        text.withUTF8Buffer { wanted in
            place + wanted.count <= bytes.count
                && wanted.indices.allSatisfy { bytes[place + $0] == wanted[$0] }
        }
    }

    private mutating func word() {
        let start = at
        while at < bytes.count, Self.isWord(bytes[at]) { at += 1 }
        take(start)
    }

    /// Adds the token from a place up to `at`.
    private mutating func take(_ start: Int) {
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        found.append(.init(text: text, line: line, isAttached: start == end))
        end = at
    }

    private mutating func sign() {
        let byte = bytes[at]
        at += 1
        take(at - 1)
        guard let last = outer.indices.last else { return }
        if byte == UInt8(ascii: "(") { outer[last].depth += 1 }
        if byte == UInt8(ascii: ")") { outer[last].depth -= 1 }
        if outer[last].depth == 0 {
            found.removeLast()
            read(outer.removeLast().literal)
        }
    }

    private mutating func skipLine() {
        while at < bytes.count, bytes[at] != UInt8(ascii: "\n") { at += 1 }
    }

    private mutating func skipComment() {
        var depth = 0
        while at < bytes.count {
            if has("/*", at) {
                depth += 1
                at += 2
            } else if has("*/", at) {
                depth -= 1
                at += 2
                if depth == 0 { return }
            } else {
                if bytes[at] == UInt8(ascii: "\n") { line += 1 }
                at += 1
            }
        }
    }

    /// The literal that begins here, if one does; then `at` is behind its opening.
    private mutating func opening() -> Literal? {
        var place = at
        while place < bytes.count, bytes[place] == UInt8(ascii: "#") { place += 1 }
        guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else { return nil }
        let literal = Literal(signs: place - at, isLong: has("\"\"\"", place))
        at = place + (literal.isLong ? 3 : 1)
        return literal
    }

    /// Passes over the text of a literal, up to its end or to an interpolation.
    private mutating func read(_ literal: Literal) {
        while at < bytes.count {
            let byte = bytes[at]
            if byte == UInt8(ascii: "\n") { line += 1 }
            if byte == UInt8(ascii: "\\"), signs(after: at + 1) >= literal.signs {
                at += 1 + literal.signs
                if at < bytes.count, bytes[at] == UInt8(ascii: "(") {
                    at += 1
                    outer.append((literal, 1))
                    return
                }
                if at < bytes.count, bytes[at] == UInt8(ascii: "\n") { line += 1 }
                at += 1
            } else if byte == UInt8(ascii: "\""), !literal.isLong || has("\"\"\"", at) {
                at += literal.isLong ? 3 : 1
                if signs(after: at) >= literal.signs {
                    at += literal.signs
                    return
                }
            } else {
                at += 1
            }
        }
    }

    private func signs(after place: Int) -> Int {
        var count = 0
        while place + count < bytes.count, bytes[place + count] == UInt8(ascii: "#") { count += 1 }
        return count
    }
}
