import Diagnostics

/// Macros: names for elements, and what the whole gives.
extension Checker {
    mutating func comprehensionType(_ loop: Expr.Comprehension) -> CELType {
        let range = unifier.resolve(type(of: loop.range)).withoutNull
        let (names, element) = elementTypes(range, loop)
        return with(names) { checker in
            if let condition = loop.condition {
                checker.expectBool(condition, "the condition of `\(loop.macro.rawValue)` is")
            }
            guard let result = loop.result else {
                return loop.macro == .filter ? .list(element) : .bool
            }
            let made = checker.type(of: result)
            return checker.madeType(loop, made, range: range, element: element, result: result)
        }
    }

    private mutating func madeType(
        _ loop: Expr.Comprehension, _ made: CELType, range: CELType, element: CELType, result: Expr
    ) -> CELType {
        switch loop.macro {
        case .sortBy:
            if !isSortable(made) {
                report(.noOverload, "`sortBy` cannot sort by \(shown(made))", at: result.span)
            }
            return .list(element)
        case .transformMap:
            if case .map(let key, _) = range { return .map(key, made) }
            return .map(range == .dyn ? .dyn : .int, made)
        case .transformMapEntry:
            let key = unifier.fresh()
            let value = unifier.fresh()
            if unifier.fits(made, .map(key, value)) { return .map(key, value) }
            report(
                .badMacro, "`transformMapEntry` makes a map of each element, and got \(shown(made))", at: result.span)
            return .error
        default: return .list(made)
        }
    }

    private func isSortable(_ type: CELType) -> Bool {
        switch unifier.resolve(type).withoutNull {
        case .int, .uint, .double, .bool, .duration, .timestamp, .string, .bytes, .dyn, .error, .parameter: true
        default: false
        }
    }

    /// The types of the macro's names, and of what `filter` keeps.
    private mutating func elementTypes(
        _ range: CELType, _ loop: Expr.Comprehension
    ) -> (names: [(String, CELType)], element: CELType) {
        let first = loop.first.name
        switch range {
        case .list(let element):
            guard let second = loop.second else { return ([(first, element)], element) }
            return ([(first, .int), (second.name, element)], element)
        case .map(let key, let value):
            guard let second = loop.second else { return ([(first, key)], key) }
            return ([(first, key), (second.name, value)], value)
        case .dyn, .error, .parameter:
            let type: CELType = range == .error ? .error : .dyn
            guard let second = loop.second else { return ([(first, type)], type) }
            return ([(first, type), (second.name, type)], type)
        default:
            report(
                .noOverload, "`\(loop.macro.rawValue)` walks a list or a map, and got \(shown(range))",
                at: loop.range.span, label: "this is \(shown(range))")
            guard let second = loop.second else { return ([(first, .error)], .error) }
            return ([(first, .error), (second.name, .error)], .error)
        }
    }

    mutating func optionalMapType(_ operand: Expr, _ name: Expr.Variable, _ body: Expr, isFlat: Bool) -> CELType {
        let given = type(of: operand)
        let inner = unifier.fresh()
        if !unifier.fits(given, .optional(inner)) {
            report(
                .noOverload, "`\(isFlat ? "optFlatMap" : "optMap")` takes an optional, and got \(shown(given))",
                at: operand.span)
        }
        let element: CELType = unifier.resolve(given) == .dyn ? .dyn : inner
        return with([(name.name, element)]) { checker in
            let made = checker.type(of: body)
            guard isFlat else { return .optional(made) }
            let result = checker.unifier.fresh()
            if !checker.unifier.fits(made, .optional(result)) {
                checker.report(
                    .noOverload, "`optFlatMap` makes an optional, and got \(checker.shown(made))", at: body.span)
            }
            return .optional(result)
        }
    }
}
