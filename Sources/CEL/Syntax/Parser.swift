public import Diagnostics

/// What became of a text: a tree, as far as it could be read, and everything there is to say about it.
public struct ParseResult: Sendable {
    public let text: String
    /// The tree; unreadable parts are `invalid` nodes.
    ///
    /// nil when nothing could be read.
    public let expr: Expr?
    /// In order of position; empty when the whole text is an expression.
    public let diagnostics: [Diagnostic]
}

/// Reads an expression.
///
/// - Parameters:
///   - text: One expression of at most `limits.textBytes` bytes.
///   - expandsMacros: Whether `has`, `all`, `map` and the like are macros; otherwise they are calls.
/// - Returns: All errors of the text at once, with byte offsets into its UTF-8.
public func parse(_ text: String, limits: Limits = .default, expandsMacros: Bool = true) -> ParseResult {
    let source = Array(text.utf8)
    guard source.count <= limits.textBytes else {
        let diagnostic = Diagnostic(
            .error, DiagnosticCode.tooLarge.rawValue,
            "this expression has \(source.count) bytes, and at most \(limits.textBytes) are allowed",
            at: Span(0, min(source.count, 40)), help: "split it with `define: functions:`")
        return ParseResult(text: text, expr: nil, diagnostics: [diagnostic])
    }
    var lexer = Lexer(source)
    let tokens = lexer.tokens()
    var parser = Parser(
        source: source, tokens: tokens, nestingLimit: limits.nesting, expandsMacros: expandsMacros)
    parser.hasBadTokens = !lexer.diagnostics.isEmpty
    let expr = parser.whole()
    let diagnostics = (lexer.diagnostics + parser.diagnostics).sorted { $0.primary.span < $1.primary.span }
    return ParseResult(text: text, expr: expr, diagnostics: diagnostics)
}

/// A recursive descent parser that goes on after an error at the next bracket or comma.
struct Parser {
    let source: [UInt8]
    private let tokens: [Token]
    private let nestingLimit: Int
    let expandsMacros: Bool
    private var place = 0
    private var depth = 0
    private var nextID = 1
    private var isTooDeep = false
    /// Whether the bracket that was closed last is missing: what it holds is no call then.
    var isUnclosed = false
    /// Whether the lexer complained: then what is left over at the end is no second error.
    var hasBadTokens = false
    private(set) var diagnostics: [Diagnostic] = []

    init(source: [UInt8], tokens: [Token], nestingLimit: Int, expandsMacros: Bool) {
        self.source = source
        self.tokens = tokens
        self.nestingLimit = nestingLimit
        self.expandsMacros = expandsMacros
    }

    /// The expression that the whole text must be.
    mutating func whole() -> Expr? {
        if peek.kind == .end {
            report("an expression is expected", at: peek.span)
            return nil
        }
        let expr = expression()
        if peek.kind != .end, !hasBadTokens,
            diagnostics.isEmpty || peek.span.start > (diagnostics.last?.primary.span.end ?? 0)
        {
            report("\(peek.text(in: source)) is not expected here", at: peek.span, help: helpForStray())
        }
        return expr
    }

    // MARK: Tokens

    var peek: Token { tokens[place] }
    private var ahead: Token { tokens[min(place + 1, tokens.count - 1)] }

    mutating func advance() -> Token {
        let token = tokens[place]
        if place < tokens.count - 1 { place += 1 }
        return token
    }

    mutating func accept(_ mark: String) -> Token? {
        guard peek.is(mark) else { return nil }
        return advance()
    }

    mutating func node(_ span: Span, _ kind: Expr.Kind) -> Expr {
        defer { nextID += 1 }
        return Expr(id: nextID, span: span, kind: kind)
    }

    mutating func report(_ message: String, at span: Span, label: String = "", help: String? = nil) {
        report(.syntax, message, at: span, label: label, help: help)
    }

    mutating func report(
        _ code: DiagnosticCode, _ message: String, at span: Span, label: String = "", help: String? = nil
    ) {
        guard !isTooDeep else { return }
        diagnostics.append(Diagnostic(.error, code.rawValue, message, at: span, label: label, help: help))
    }

    private func helpForStray() -> String? {
        switch peek.kind {
        case .identifier("and"): "write `&&`"
        case .identifier("or"): "write `||`"
        case .identifier, .string, .int, .double, .uint: "put an operator before it"
        case .mark(")"), .mark("]"), .mark("}"): "remove it, or open the bracket"
        default: nil
        }
    }

    // MARK: Operators, loosest first

    mutating func expression() -> Expr {
        depth += 1
        defer { depth -= 1 }
        guard depth <= nestingLimit else { return tooDeep() }
        let test = disjunction()
        guard accept("?") != nil else { return test }
        let yes = disjunction()
        guard accept(":") != nil else {
            unexpected("`:` and the value for false")
            return node(test.span.joined(with: yes.span), .invalid)
        }
        let no = expression()
        return node(test.span.joined(with: no.span), .conditional(test, yes, no))
    }

    private mutating func tooDeep() -> Expr {
        if !isTooDeep {
            report(.tooLarge, "this is nested deeper than \(nestingLimit) levels", at: peek.span)
            isTooDeep = true
        }
        place = tokens.count - 1
        return node(peek.span, .invalid)
    }

    private mutating func disjunction() -> Expr {
        let first = conjunction()
        var parts = [first]
        while accept("||") != nil { parts.append(conjunction()) }
        guard parts.count > 1, let last = parts.last else { return first }
        return node(first.span.joined(with: last.span), .or(parts))
    }

    private mutating func conjunction() -> Expr {
        let first = binary(0)
        var parts = [first]
        while accept("&&") != nil { parts.append(binary(0)) }
        guard parts.count > 1, let last = parts.last else { return first }
        return node(first.span.joined(with: last.span), .and(parts))
    }

    private static let levels: [[String]] = [["==", "!=", "<", "<=", ">", ">=", "in"], ["+", "-"], ["*", "/", "%"]]

    private mutating func binary(_ level: Int) -> Expr {
        guard level < Self.levels.count else { return unary() }
        var left = binary(level + 1)
        var chain = 0
        while case .mark(let mark) = peek.kind, Self.levels[level].contains(mark),
            let operation = BinaryOperator(rawValue: mark)
        {
            chain += 1
            guard chain <= nestingLimit * 4 else { return tooDeep() }
            _ = advance()
            let right = binary(level + 1)
            left = node(left.span.joined(with: right.span), .binary(operation, left, right))
        }
        return left
    }

    private mutating func unary() -> Expr {
        guard let mark = peek.is("!") || peek.is("-") ? advance() : nil else { return member() }
        depth += 1
        defer { depth -= 1 }
        guard depth <= nestingLimit else { return tooDeep() }
        if mark.is("-"), let literal = negativeLiteral(mark) { return memberSuffixes(of: literal) }
        let operand = unary()
        return node(mark.span.joined(with: operand.span), .unary(mark.is("!") ? .not : .negate, operand))
    }

    private mutating func negativeLiteral(_ mark: Token) -> Expr? {
        let span = mark.span.joined(with: peek.span)
        switch peek.kind {
        case .int(let magnitude):
            guard magnitude <= UInt64(Int64.max) + 1 else { return nil }
            _ = advance()
            return node(span, .literal(.int(Int64(truncatingIfNeeded: 0 &- magnitude))))
        case .double(let value):
            _ = advance()
            return node(span, .literal(.double(-value)))
        default: return nil
        }
    }

    mutating func member() -> Expr { memberSuffixes(of: primary()) }

    // MARK: Errors

    /// Says what is missing here, once a place.
    mutating func unexpected(_ wanted: String) {
        if case .invalid = peek.kind { return }
        if let last = diagnostics.last, last.primary.span == peek.span { return }
        let message = peek.kind == .end ? "the text ends too early" : "\(peek.text(in: source)) is not expected here"
        report(message, at: peek.span, label: "\(wanted) is expected")
    }

    /// Goes on behind the next closing bracket of the level at hand.
    mutating func skip(to closing: String) {
        var open = 0
        while peek.kind != .end {
            if open == 0, peek.is(closing) { return }
            if case .mark(let mark) = peek.kind {
                if mark == "(" || mark == "[" || mark == "{" { open += 1 }
                if mark == ")" || mark == "]" || mark == "}" {
                    if open == 0 { return }
                    open -= 1
                }
            }
            _ = advance()
        }
    }

    /// The closing bracket; an error and recovery when it is missing.
    mutating func close(_ mark: String, opened: Token) -> Span {
        isUnclosed = false
        if let token = accept(mark) { return token.span }
        let count = diagnostics.count
        unexpected("`\(mark)`")
        if diagnostics.count > count, let last = diagnostics.popLast() {
            var fixed = last
            fixed.secondary = [.init(opened.span, "opened here")]
            diagnostics.append(fixed)
        }
        skip(to: mark)
        let end = accept(mark)
        isUnclosed = end == nil
        return end?.span ?? peek.span
    }
}
