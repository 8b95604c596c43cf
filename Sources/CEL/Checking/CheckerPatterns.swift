import Diagnostics
internal import PCRE2

/// Patterns are compiled where they are written, so that a wrong one is an error with a caret inside it.
extension Checker {
    mutating func checkPattern(_ name: String, _ arguments: [Expr], _ expr: Expr, patternIndex: Int) {
        let takesPattern: Set<String> = ["matches", "regex.extract", "regex.extractAll", "regex.replace"]
        guard takesPattern.contains(name), patternIndex < arguments.count, !isLenient else { return }
        let argument = arguments[patternIndex]
        guard case .string(let text)? = constant(argument) else {
            if !environment.allowsDyn, types[argument.id] != .error {
                report(
                    .patternNotConstant, "this pattern is not known before the rule runs", at: argument.span,
                    help: "write the pattern as a literal or a parameter")
            }
            return
        }
        let pattern: Pattern
        do {
            pattern = try Pattern(text, extended: environment.extendedRegex)
        } catch {
            report(
                .badPattern, "this pattern is not valid: \(error.message)",
                at: place(of: error.offset, in: argument))
            return
        }
        patterns[expr.id] = pattern
        probe(pattern, at: argument.span)
        if name != "matches" { checkCaptures(name, pattern, arguments, argument) }
    }

    private mutating func checkCaptures(
        _ name: String, _ pattern: Pattern, _ arguments: [Expr], _ argument: Expr
    ) {
        if name != "regex.replace" {
            if pattern.captureCount > 1 {
                report(
                    .badPattern, "`\(name)` takes a pattern with at most one group", at: argument.span,
                    label: "this has \(pattern.captureCount)", help: "write `(?:...)` for a group that takes nothing")
            }
            return
        }
        guard arguments.count > 2, case .string(let template)? = constant(arguments[2]) else { return }
        if let fault = Replacement.fault(in: template, groups: pattern.captureCount) {
            report(.badPattern, fault, at: arguments[2].span)
        }
    }

    /// The place in the expression of a byte of a text literal.
    private func place(of offset: Int, in literal: Expr) -> Span {
        let source = Array(text.utf8)
        guard case .literal = literal.kind, literal.span.end <= source.count else { return literal.span }
        var first = literal.span.start
        var end = literal.span.end
        while first < end, source[first] == UInt8(ascii: "(") || source[first] == 0x20 { first += 1 }
        while end > first, source[end - 1] == UInt8(ascii: ")") || source[end - 1] == 0x20 { end -= 1 }
        let isRaw = source[first] | 0x20 == UInt8(ascii: "r")
        if isRaw { first += 1 }
        let isTriple = first + 5 < end && source[first + 1] == source[first] && source[first + 2] == source[first]
        let quotes = isTriple ? 3 : 1
        guard first + quotes <= end - quotes else { return literal.span }
        var reader = EscapeReader(body: source[(first + quotes)..<(end - quotes)], isBytes: false, isRaw: isRaw)
        reader.read()
        let start = offset < reader.origins.count ? reader.origins[offset] : end - quotes
        return Span(start, min(start + 1, literal.span.end))
    }
}
