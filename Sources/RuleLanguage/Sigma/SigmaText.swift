/// A Sigma value: literal text with wildcards, or bytes made by an encoding.
struct SigmaText: Hashable, Sendable {
    /// One part of the text.
    enum Part: Hashable, Sendable {
        case literal(String)
        /// `*`: any text.
        case any
        /// `?`: one character.
        case one
    }

    private(set) var parts: [Part]

    /// Reads a value; a backslash takes the meaning from `*`, `?` and another backslash before them.
    init(_ text: String) {
        var parts: [Part] = []
        var literal = ""
        let scalars = Array(text.unicodeScalars)
        var index = 0
        func flush() {
            if !literal.isEmpty { parts.append(.literal(literal)) }
            literal = ""
        }
        while index < scalars.count {
            let scalar = scalars[index]
            if scalar == "\\", index + 1 < scalars.count, ["*", "?", "\\"].contains(scalars[index + 1]) {
                literal.unicodeScalars.append(scalars[index + 1])
                index += 2
                continue
            }
            switch scalar {
            case "*":
                flush()
                if parts.last != .any { parts.append(.any) }
            case "?":
                flush()
                parts.append(.one)
            default: literal.unicodeScalars.append(scalar)
            }
            index += 1
        }
        flush()
        self.parts = parts
    }

    private init(parts: [Part]) {
        self.parts = parts.reduce(into: []) { all, part in
            if part != .any || all.last != .any { all.append(part) }
        }
    }

    /// Text without a wildcard, as it is.
    static func literal(_ text: String) -> SigmaText { SigmaText(parts: text.isEmpty ? [] : [.literal(text)]) }

    /// With anything before or behind it.
    func open(before: Bool, behind: Bool) -> SigmaText {
        SigmaText(parts: (before ? [.any] : []) + parts + (behind ? [.any] : []))
    }

    /// The text where it has no wildcard.
    var plain: String? {
        switch parts.count {
        case 0: return ""
        case 1:
            if case .literal(let text) = parts[0] { return text }
            return nil
        default: return nil
        }
    }

    /// How the text is looked for.
    enum Form: Hashable, Sendable {
        case equals(String), startsWith(String), endsWith(String), contains(String)
        /// `*` alone: the field has some value.
        case present
        /// A pattern of PCRE2 that the whole text must match.
        case pattern(String)
    }

    var form: Form {
        if let plain { return .equals(plain) }
        switch parts {
        case [.any]: return .present
        default: break
        }
        if parts.count == 2, case .literal(let text) = parts[0], parts[1] == .any { return .startsWith(text) }
        if parts.count == 2, parts[0] == .any, case .literal(let text) = parts[1] { return .endsWith(text) }
        if parts.count == 3, parts[0] == .any, parts[2] == .any, case .literal(let text) = parts[1] {
            return .contains(text)
        }
        return .pattern(pattern)
    }

    private var pattern: String {
        let body = parts.map { part -> String in
            switch part {
            case .literal(let text): Self.quoted(text)
            case .any: ".*"
            case .one: "."
            }
        }
        return "^" + body.joined() + "$"
    }

    /// Text as a pattern that matches it alone.
    static func quoted(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            let isWord = scalar.properties.isAlphabetic || scalar.value >= 0x80 || ("0"..."9").contains(scalar)
            if !isWord, scalar.value > 0x20 { out += "\\" }
            out.unicodeScalars.append(scalar)
        }
        return out
    }

    /// A text that it matches.
    var example: String {
        parts.map { part in
            switch part {
            case .literal(let text): text
            case .any, .one: "x"
            }
        }.joined()
    }
}

/// Base64 as Sigma's modifiers need it.
enum SigmaEncoding {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func base64(_ bytes: [UInt8]) -> String {
        var out: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let chunk = bytes[start..<min(start + 3, bytes.count)]
            var word: UInt32 = 0
            for index in 0..<3 {
                word = word << 8 | UInt32(index < chunk.count ? chunk[chunk.startIndex + index] : 0)
            }
            for index in 0..<4 {
                let digit = Int(word >> UInt32(18 - 6 * index)) & 63
                out.append(index <= chunk.count ? alphabet[digit] : 0x3D)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// What the bytes look like inside of a longer text in base64, at each of the three offsets.
    static func base64Offsets(_ bytes: [UInt8]) -> [String] {
        (0..<3).map { offset in
            let text = base64(Array(repeating: 0x20, count: offset) + bytes)
            let head = [0, 2, 3][offset]
            let tail = [0, 3, 2][(bytes.count + offset) % 3]
            return String(text.dropFirst(head).dropLast(tail))
        }
    }

    static func utf16(_ text: String, isBig: Bool) -> [UInt8] {
        text.utf16.flatMap { unit -> [UInt8] in
            let (high, low) = (UInt8(unit >> 8), UInt8(unit & 0xFF))
            return isBig ? [high, low] : [low, high]
        }
    }

    /// The text with the dash before each option written in every way that Windows takes.
    ///
    /// - Returns: nil when there would be more than a few hundred.
    static func dashes(_ text: String) -> [String]? {
        let scalars = Array(text.unicodeScalars)
        func isWord(_ index: Int) -> Bool {
            guard scalars.indices.contains(index) else { return false }
            return scalars[index].properties.isAlphabetic || ("0"..."9").contains(scalars[index])
                || scalars[index] == "_"
        }
        let places = scalars.indices.filter { index in
            (scalars[index] == "-" || scalars[index] == "/") && !isWord(index - 1) && isWord(index + 1)
        }
        guard places.count <= 3 else { return nil }
        var all: [[Unicode.Scalar]] = [scalars]
        for place in places {
            all = all.flatMap { text in
                (["-", "/", "\u{2013}", "\u{2014}", "\u{2015}"] as [Unicode.Scalar]).map { dash in
                    var text = text
                    text[place] = dash
                    return text
                }
            }
        }
        return all.map { text in
            var out = String.UnicodeScalarView()
            out.append(contentsOf: text)
            return String(out)
        }
    }
}
