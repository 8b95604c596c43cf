import Diagnostics

/// Calls that are not calls: their arguments are names and expressions over these names.
extension Parser {
    mutating func hasMacro(_ name: Span, _ span: Span, _ arguments: [Expr]) -> Expr {
        if arguments.count == 1, case .select(let operand, let field, let fieldSpan, let isOptional) = arguments[0].kind
        {
            if isOptional { return optionalHas(arguments[0], field, fieldSpan, operand, span) }
            return node(span, .has(operand, field: field, fieldSpan: fieldSpan))
        }
        if arguments.count == 1, case .invalid = arguments[0].kind { return node(span, .invalid) }
        report(
            .badMacro, "`has` takes one field, as in `has(user.email)`", at: arguments.first?.span ?? name,
            help: "`has` is for fields, `in` for the keys of a map and the elements of a list")
        return node(span, .invalid)
    }

    private mutating func optionalHas(
        _ argument: Expr, _ field: String, _ fieldSpan: Span, _ operand: Expr, _ span: Span
    ) -> Expr {
        report(.badMacro, "`has` takes a plain field, without `?`", at: fieldSpan)
        return node(span, .invalid)
    }

    private typealias Macro = Expr.Comprehension.Macro

    /// The macro that `operand.name(arguments)` is; nil when it is an ordinary call.
    mutating func macro(
        _ field: (name: String, span: Span), _ operand: Expr, _ arguments: [Expr], _ span: Span
    ) -> Expr? {
        switch (field.name, arguments.count) {
        case ("all", 2), ("exists", 2), ("exists_one", 2), ("existsOne", 2), ("filter", 2):
            return loop(field, operand, arguments, span, variables: 1, hasCondition: true, hasResult: false)
        case ("all", 3), ("exists", 3), ("exists_one", 3), ("existsOne", 3):
            return loop(field, operand, arguments, span, variables: 2, hasCondition: true, hasResult: false)
        case ("map", 2), ("sortBy", 2):
            return loop(field, operand, arguments, span, variables: 1, hasCondition: false, hasResult: true)
        case ("map", 3):
            return loop(field, operand, arguments, span, variables: 1, hasCondition: true, hasResult: true)
        case ("transformList", 3), ("transformMap", 3), ("transformMapEntry", 3):
            return loop(field, operand, arguments, span, variables: 2, hasCondition: false, hasResult: true)
        case ("transformList", 4), ("transformMap", 4), ("transformMapEntry", 4):
            return loop(field, operand, arguments, span, variables: 2, hasCondition: true, hasResult: true)
        case ("bind", 3) where operand.qualifiedName == ["cel"]:
            guard let name = variable(arguments[0], of: "cel.bind") else { return node(span, .invalid) }
            return node(span, .bind(name, value: arguments[1], body: arguments[2]))
        case ("optMap", 2), ("optFlatMap", 2):
            guard let name = variable(arguments[0], of: field.name) else { return node(span, .invalid) }
            return node(
                span, .optionalMap(operand, name, body: arguments[1], isFlat: field.name == "optFlatMap"))
        default: return nil
        }
    }

    private mutating func loop(
        _ field: (name: String, span: Span), _ operand: Expr, _ arguments: [Expr], _ span: Span,
        variables: Int, hasCondition: Bool, hasResult: Bool
    ) -> Expr {
        let word = field.name == "existsOne" ? "exists_one" : field.name
        guard let macro = Macro(rawValue: word), let first = variable(arguments[0], of: field.name) else {
            return node(span, .invalid)
        }
        var second: Expr.Variable?
        if variables == 2 {
            guard let name = variable(arguments[1], of: field.name) else { return node(span, .invalid) }
            guard name.name != first.name else {
                report(.badMacro, "both variables are named `\(name.name)`", at: name.span)
                return node(span, .invalid)
            }
            second = name
        }
        let rest = Array(arguments.dropFirst(variables))
        return node(
            span,
            .comprehension(
                Expr.Comprehension(
                    macro: macro, range: operand, first: first, second: second,
                    condition: hasCondition ? rest.first : nil, result: hasResult ? rest.last : nil)))
    }

    private mutating func variable(_ argument: Expr, of macro: String) -> Expr.Variable? {
        if case .name(let name, false) = argument.kind { return Expr.Variable(name: name, span: argument.span) }
        if case .invalid = argument.kind { return nil }
        let isLoop = macro != "cel.bind" && !macro.hasPrefix("opt")
        report(
            .badMacro, "`\(macro)` takes a name here", at: argument.span, label: "not a name",
            help: isLoop ? "give the element a name, as in `roles.exists(r, r == \"admin\")`" : nil)
        return nil
    }
}
