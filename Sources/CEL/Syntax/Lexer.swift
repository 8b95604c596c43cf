import Diagnostics

/// Cuts an expression into tokens; what is no token becomes one diagnostic and one `invalid` token.
struct Lexer {
    private let source: [UInt8]
    private var place = 0
    private(set) var diagnostics: [Diagnostic] = []

    init(_ source: [UInt8]) { self.source = source }

    /// All tokens, the last of which is `end`.
    mutating func tokens() -> [Token] {
        var tokens: [Token] = []
        while true {
            let token = next()
            tokens.append(token)
            if token.kind == .end { return tokens }
        }
    }

    private func peek(_ ahead: Int = 0) -> UInt8 {
        place + ahead < source.count ? source[place + ahead] : 0
    }

    private mutating func next() -> Token {
        skipBlanks()
        let start = place
        guard place < source.count else { return Token(kind: .end, span: Span(start, start)) }
        let byte = peek()
        if byte.isLetter || byte == 0x5f { return word(start) }
        if byte.isDigit || (byte == 0x2e && peek(1).isDigit) { return number(start) }
        if byte == 0x22 || byte == 0x27 { return text(start, isRaw: false, isBytes: false) }
        if byte == 0x60 { return quotedName(start) }
        return mark(start)
    }

    private mutating func skipBlanks() {
        while place < source.count {
            switch source[place] {
            case 0x20, 0x09, 0x0a, 0x0c, 0x0d: place += 1
            case 0x2f where peek(1) == 0x2f:
                while place < source.count, source[place] != 0x0a { place += 1 }
            default: return
            }
        }
    }

    private mutating func word(_ start: Int) -> Token {
        if let prefix = stringPrefix() {
            place += prefix.length
            return text(start, isRaw: prefix.isRaw, isBytes: prefix.isBytes)
        }
        while peek().isLetter || peek().isDigit || peek() == 0x5f { place += 1 }
        let name = String(decoding: source[start..<place], as: UTF8.self)
        return Token(kind: name == "in" ? .mark("in") : .identifier(name), span: Span(start, place))
    }

    /// `r`, `b`, `rb`, `br` in either case, directly before a quote.
    private func stringPrefix() -> (length: Int, isRaw: Bool, isBytes: Bool)? {
        var length = 0
        var isRaw = false
        var isBytes = false
        while length < 2 {
            switch peek(length) | 0x20 {
            case 0x72 where !isRaw: isRaw = true
            case 0x62 where !isBytes: isBytes = true
            default:
                let quote = peek(length)
                return length > 0 && (quote == 0x22 || quote == 0x27) ? (length, isRaw, isBytes) : nil
            }
            length += 1
        }
        let quote = peek(length)
        return quote == 0x22 || quote == 0x27 ? (length, isRaw, isBytes) : nil
    }

    private mutating func quotedName(_ start: Int) -> Token {
        place += 1
        while place < source.count, source[place] != 0x60, source[place] != 0x0a { place += 1 }
        guard peek() == 0x60 else {
            return invalid(start, "this quoted name has no end", label: "add a closing backquote")
        }
        place += 1
        let name = source[(start + 1)..<(place - 1)]
        let isValid = name.allSatisfy {
            $0.isLetter || $0.isDigit || $0 == 0x5f || $0 == 0x2e || $0 == 0x2d || $0 == 0x2f || $0 == 0x20
        }
        guard isValid, !name.isEmpty else {
            return invalid(start, "a quoted name holds letters, digits, `_`, `.`, `-`, `/` and blanks only")
        }
        return Token(kind: .quotedIdentifier(String(decoding: name, as: UTF8.self)), span: Span(start, place))
    }

    /// Operators of other languages, longest first, and what they are here.
    private static let foreignMarks = [
        ("===", "=="), ("!==", "!="), ("<>", "!="), ("=>", ">="), ("=<", "<="), ("**", "*"), ("??", "orValue"),
    ]

    /// Marks of one byte, and those of two.
    private static let singleMarks = Set("+-*/%!<>?:.,()[]{}".utf8)
    private static let doubleMarks = ["==", "!=", "<=", ">=", "&&", "||"].map { Array($0.utf8) }
    /// What stands second in a mark of more than one byte, foreign ones included.
    private static let secondBytes = Array("=<>*?&|".utf8)

    private mutating func mark(_ start: Int) -> Token {
        if Self.secondBytes.contains(peek(1)) {
            for (foreign, ours) in Self.foreignMarks where source[start...].starts(with: foreign.utf8) {
                place += foreign.utf8.count
                return invalid(start, "`\(foreign)` is not part of the language", help: "write `\(ours)`")
            }
            let two = source[start..<start + 2]
            if Self.doubleMarks.contains(where: two.elementsEqual) {
                place += 2
                return Token(kind: .mark(String(decoding: two, as: UTF8.self)), span: Span(start, place))
            }
        }
        if Self.singleMarks.contains(source[start]) {
            place += 1
            return Token(kind: .mark(String(decoding: [source[start]], as: UTF8.self)), span: Span(start, place))
        }
        let help: [UInt8: String] = [0x3d: "write `==` to compare", 0x26: "write `&&`", 0x7c: "write `||`"]
        let first = source[start]
        place += 1
        while place < source.count, source[place] & 0xc0 == 0x80 { place += 1 }
        let shown = String(decoding: source[start..<place], as: UTF8.self)
        let printable = first < 0x20 || first == 0x7f ? "a control character" : "`\(shown)`"
        return invalid(start, "\(printable) is not part of the language", help: help[first])
    }

    private mutating func invalid(
        _ start: Int, _ message: String, label: String = "", help: String? = nil
    ) -> Token {
        let span = Span(start, max(place, start + 1))
        diagnostics.append(
            Diagnostic(.error, DiagnosticCode.syntax.rawValue, message, at: span, label: label, help: help))
        return Token(kind: .invalid, span: span)
    }
}

// MARK: Numbers and texts

extension Lexer {
    private mutating func number(_ start: Int) -> Token {
        if peek() == 0x30, peek(1) | 0x20 == 0x78 { return hexNumber(start) }
        while peek().isDigit { place += 1 }
        var isDouble = false
        if peek() == 0x2e, peek(1).isDigit {
            isDouble = true
            place += 1
            while peek().isDigit { place += 1 }
        }
        if peek() | 0x20 == 0x65 {
            let signed = peek(1) == 0x2b || peek(1) == 0x2d ? 2 : 1
            if peek(signed).isDigit {
                isDouble = true
                place += signed
                while peek().isDigit { place += 1 }
            }
        }
        let digits = String(decoding: source[start..<place], as: UTF8.self)
        if isDouble {
            guard let value = Double(digits), value.isFinite else {
                return invalid(start, "this number is too large for a double")
            }
            return Token(kind: .double(value), span: Span(start, place))
        }
        return integer(start, digits, radix: 10)
    }

    private mutating func hexNumber(_ start: Int) -> Token {
        place += 2
        let first = place
        while hexDigit(peek()) != nil { place += 1 }
        return integer(start, String(decoding: source[first..<place], as: UTF8.self), radix: 16)
    }

    private mutating func integer(_ start: Int, _ digits: String, radix: Int) -> Token {
        let isUnsigned = peek() | 0x20 == 0x75
        if isUnsigned { place += 1 }
        if peek().isLetter || peek() == 0x5f {
            while peek().isLetter || peek().isDigit || peek() == 0x5f { place += 1 }
            return invalid(
                start, "this is neither a number nor a name", help: "put a blank or an operator between them")
        }
        guard !digits.isEmpty else { return invalid(start, "this number needs digits behind `0x`") }
        guard let value = UInt64(digits, radix: radix) else {
            return invalid(start, "this number does not fit into 64 bits")
        }
        return Token(kind: isUnsigned ? .uint(value) : .int(value), span: Span(start, place))
    }

    private mutating func text(_ start: Int, isRaw: Bool, isBytes: Bool) -> Token {
        let quote = peek()
        let isTriple = peek(1) == quote && peek(2) == quote
        place += isTriple ? 3 : 1
        let first = place
        while true {
            guard place < source.count, isTriple || (source[place] != 0x0a && source[place] != 0x0d) else {
                return invalid(start, "this text has no end", label: "add the closing quote")
            }
            if source[place] == quote, !isTriple || (peek(1) == quote && peek(2) == quote) { break }
            // A backslash may be the last byte of all.
            place = min(source.count, place + (source[place] == 0x5c ? 2 : 1))
        }
        let body = source[first..<min(place, source.count)]
        place += isTriple ? 3 : 1
        let span = Span(start, place)
        var reader = EscapeReader(body: body, isBytes: isBytes, isRaw: isRaw)
        reader.read()
        for fault in reader.faults {
            diagnostics.append(
                Diagnostic(.error, DiagnosticCode.syntax.rawValue, fault.message, at: fault.span, help: fault.help))
        }
        guard reader.faults.isEmpty else { return Token(kind: .invalid, span: span) }
        if isBytes { return Token(kind: .bytes(reader.bytes), span: span) }
        return Token(kind: .string(String(decoding: reader.bytes, as: UTF8.self)), span: span)
    }
}

extension UInt8 {
    var isDigit: Bool { self &- 48 < 10 }
    var isLetter: Bool { (self | 0x20) &- 97 < 26 }
}
