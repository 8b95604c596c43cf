import Diagnostics

/// Literals, names, brackets, and what follows them.
extension Parser {
    mutating func primary() -> Expr {
        let token = peek
        switch token.kind {
        case .int(let magnitude):
            _ = advance()
            guard let value = Int64(exactly: magnitude) else {
                report("this number does not fit into an int", at: token.span, help: "write `\(magnitude)u` for a uint")
                return node(token.span, .invalid)
            }
            return node(token.span, .literal(.int(value)))
        case .uint(let value): return literal(.uint(value))
        case .double(let value): return literal(.double(value))
        case .string(let value): return literal(.string(value))
        case .bytes(let value): return literal(.bytes(value))
        case .identifier("true"): return literal(.bool(true))
        case .identifier("false"): return literal(.bool(false))
        case .identifier("null"): return literal(.null)
        case .identifier(let name): return named(name, start: advance(), isRooted: false)
        case .mark("."): return rooted()
        case .mark("("): return bracketed()
        case .mark("["): return listLiteral()
        case .mark("{"): return mapLiteral()
        case .invalid:
            _ = advance()
            return node(token.span, .invalid)
        default:
            unexpected("a value")
            return node(token.span, .invalid)
        }
    }

    private mutating func literal(_ value: Value) -> Expr { node(advance().span, .literal(value)) }

    private mutating func rooted() -> Expr {
        let dot = advance()
        guard case .identifier(let name) = peek.kind else {
            unexpected("a name")
            return node(dot.span, .invalid)
        }
        _ = advance()
        return named(name, start: dot, isRooted: true)
    }

    private mutating func bracketed() -> Expr {
        let open = advance()
        let inner = expression()
        let end = close(")", opened: open)
        return Expr(id: inner.id, span: open.span.joined(with: end), kind: inner.kind)
    }

    private mutating func named(_ name: String, start: Token, isRooted: Bool) -> Expr {
        if reservedWords.contains(name) {
            report("`\(name)` is a reserved word", at: start.span, help: "use another name")
            if peek.is("(") { _ = arguments() }
            return node(start.span, .invalid)
        }
        if name == "not", !isRooted, isValue(peek) {
            report("`not` is no operator of the language", at: start.span, help: "write `!`")
            return member()
        }
        guard peek.is("(") else { return node(start.span, .name(name, isRooted: isRooted)) }
        let (arguments, end) = arguments()
        let span = start.span.joined(with: end)
        if isUnclosed { return node(span, .invalid) }
        if expandsMacros, !isRooted, name == "has" { return hasMacro(start.span, span, arguments) }
        return node(span, .call(function: name, nameSpan: start.span, receiver: nil, arguments: arguments))
    }

    /// Whether a token begins a value, so that a name before it was meant as an operator.
    private func isValue(_ token: Token) -> Bool {
        switch token.kind {
        case .identifier, .int, .uint, .double, .string: true
        default: false
        }
    }

    /// The arguments of a call, brackets included; `isUnclosed` says whether the last bracket is missing.
    private mutating func arguments() -> ([Expr], Span) {
        let open = advance()
        isUnclosed = false
        if let end = accept(")") { return ([], end.span) }
        var arguments = [expression()]
        while accept(",") != nil { arguments.append(expression()) }
        return (arguments, close(")", opened: open))
    }

    private mutating func listLiteral() -> Expr {
        let open = advance()
        var elements: [Expr.Element] = []
        while !peek.is("]"), peek.kind != .end {
            let isOptional = accept("?") != nil
            elements.append(Expr.Element(value: expression(), isOptional: isOptional))
            if accept(",") == nil { break }
        }
        let end = close("]", opened: open)
        return node(open.span.joined(with: end), .list(elements))
    }

    private mutating func mapLiteral() -> Expr {
        let open = advance()
        let entries = entries()
        let end = close("}", opened: open)
        return node(open.span.joined(with: end), .map(entries))
    }

    private mutating func entries() -> [Expr.Entry] {
        var entries: [Expr.Entry] = []
        while !peek.is("}"), peek.kind != .end {
            let isOptional = accept("?") != nil
            let key = expression()
            guard accept(":") != nil else {
                unexpected("`:` and a value")
                break
            }
            entries.append(Expr.Entry(key: key, value: expression(), isOptional: isOptional))
            if accept(",") == nil { break }
        }
        return entries
    }

    /// `.field`, `.?field`, `.call(...)`, `[index]`, `[?index]` and `Type{...}` behind a value.
    mutating func memberSuffixes(of operand: Expr) -> Expr {
        var operand = operand
        var count = 0
        while count < 256 {
            count += 1
            if peek.is(".") {
                operand = selection(of: operand)
            } else if peek.is("[") {
                let open = advance()
                let isOptional = accept("?") != nil
                let index = expression()
                let end = close("]", opened: open)
                operand = node(
                    operand.span.joined(with: end), .index(operand, index, isOptional: isOptional))
            } else if peek.is("{"), let name = operand.qualifiedName {
                operand = construction(name.joined(separator: "."), operand)
            } else {
                return operand
            }
        }
        report(.tooLarge, "this chain is longer than 256 links", at: peek.span)
        skip(to: "")
        return operand
    }

    private mutating func construction(_ type: String, _ operand: Expr) -> Expr {
        let open = advance()
        var fields: [Expr] = []
        while !peek.is("}"), peek.kind != .end {
            _ = accept("?")
            guard fieldName() != nil, accept(":") != nil else {
                unexpected("a field name and `:`")
                break
            }
            fields.append(expression())
            if accept(",") == nil { break }
        }
        let end = close("}", opened: open)
        return node(operand.span.joined(with: end), .construct(type: type, fields: fields))
    }

    private mutating func fieldName() -> (name: String, span: Span)? {
        switch peek.kind {
        case .identifier(let name), .quotedIdentifier(let name): return (name, advance().span)
        case .mark("in"): return ("in", advance().span)
        default: return nil
        }
    }

    private mutating func selection(of operand: Expr) -> Expr {
        _ = advance()
        let isOptional = accept("?") != nil
        let isQuoted = if case .quotedIdentifier = peek.kind { true } else { false }
        guard let field = fieldName() else {
            unexpected("a field name")
            return node(operand.span, .invalid)
        }
        if peek.is("("), !isOptional, !isQuoted {
            let (arguments, end) = arguments()
            let span = operand.span.joined(with: end)
            if isUnclosed { return node(span, .invalid) }
            if expandsMacros, let macro = macro(field, operand, arguments, span) { return macro }
            return node(
                span,
                .call(function: field.name, nameSpan: field.span, receiver: operand, arguments: arguments))
        }
        return node(
            operand.span.joined(with: field.span),
            .select(operand, field: field.name, fieldSpan: field.span, isOptional: isOptional))
    }
}
