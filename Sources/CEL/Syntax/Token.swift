import Diagnostics

/// A word of the language.
struct Token {
    enum Kind: Equatable {
        case identifier(String)
        /// A name in backquotes, allowed after a dot only.
        case quotedIdentifier(String)
        case int(UInt64)
        case uint(UInt64)
        case double(Double)
        case string(String)
        case bytes([UInt8])
        /// An operator, a bracket, a comma.
        case mark(String)
        /// Text that is no token; the lexer has said why.
        case invalid
        case end
    }

    let kind: Kind
    let span: Span

    func `is`(_ mark: String) -> Bool { kind == .mark(mark) }

    /// The token as a message names it.
    func text(in source: [UInt8]) -> String {
        return "`" + String(decoding: source[span.start..<min(span.end, source.count)], as: UTF8.self) + "`"
    }
}

/// Words that cannot be names of variables and functions, though they can be fields.
let reservedWords: Set<String> = [
    "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
    "namespace", "return", "var", "void", "while",
]
