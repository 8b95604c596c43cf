import Diagnostics

/// Operators and calls.
extension Checker {
    mutating func binaryType(_ operation: BinaryOperator, _ left: Expr, _ right: Expr, _ expr: Expr) -> CELType {
        let one = type(of: left)
        let two = type(of: right)
        if operation == .equal || operation == .notEqual {
            if !unifier.fits(two, one), !unifier.fits(one, two) { cannotCompare(operation, expr, left, right) }
            return .bool
        }
        if operation == .isIn { return membershipType(one, two, left, right, expr) }
        let isOrder = [.less, .lessOrEqual, .greater, .greaterOrEqual].contains(operation)
        if isRefused(one) || isRefused(two) { return isOrder ? .bool : .error }
        let overloads = FunctionTable.operators[operation] ?? []
        if let result = resolve(overloads, [one, two]) { return result }
        if isOrder {
            cannotCompare(operation, expr, left, right)
            return .bool
        }
        report(
            .noOverload, "`\(operation.rawValue)` does not take \(shown(one)) and \(shown(two))", at: expr.span,
            label: "\(shown(one)) \(operation.rawValue) \(shown(two))", help: arithmeticHelp(operation, one, two))
        return .error
    }

    private func arithmeticHelp(_ operation: BinaryOperator, _ one: CELType, _ two: CELType) -> String? {
        let left = unifier.resolve(one).withoutNull
        let right = unifier.resolve(two).withoutNull
        if left.isNumeric, right.isNumeric { return "convert one side, as in `double(x)`" }
        if operation == .add, case .list = left { return "write `[x]` to add one element" }
        if operation == .add, case .list = right { return "write `[x]` to add one element" }
        if operation == .add, left == .string || right == .string { return "write `string(x)` to make text of it" }
        if left == .timestamp || left == .duration, right.isNumeric {
            return "write `days(n)`, `hours(n)` or `minutes(n)`"
        }
        return nil
    }

    /// Whether what has this type was refused already.
    private func isRefused(_ type: CELType) -> Bool { unifier.resolve(type) == .error }

    private mutating func cannotCompare(_ operation: BinaryOperator, _ expr: Expr, _ left: Expr, _ right: Expr) {
        let one = types[left.id] ?? .error
        let two = types[right.id] ?? .error
        let help: String? =
            switch (unifier.resolve(one), unifier.resolve(two)) {
            case (.null, _): "`\(source(right))` is never null"
            case (_, .null): "`\(source(left))` is never null"
            case (.list, let item), (let item, .list):
                if case .list = item { nil } else { "write `x in list` to look for an element" }
            case let (left, right): conversionHelp(left.withoutNull, right.withoutNull)
            }
        report(
            .noOverload, "`\(operation.rawValue)` cannot compare \(shown(one)) with \(shown(two))", at: expr.span,
            label: "\(shown(one)) \(operation.rawValue) \(shown(two))", help: help)
    }

    private func conversionHelp(_ left: CELType, _ right: CELType) -> String? {
        switch (left, right) {
        case (.duration, .timestamp), (.timestamp, .duration):
            "subtract two times to get a length of time, as in `now - t > days(1)`"
        case (.duration, let other) where other.isNumeric, (let other, .duration) where other.isNumeric:
            "write `days(n)`, `hours(n)` or `minutes(n)`"
        case (.timestamp, .string), (.string, .timestamp): "write `timestamp(\"2026-02-01T00:00:00Z\")` for a time"
        case (.duration, .string), (.string, .duration): "write `duration(\"90m\")` for a length of time"
        case let (left, right) where left.isNumeric && right.isNumeric: "convert one side, as in `double(x)`"
        default: nil
        }
    }

    private mutating func membershipType(
        _ one: CELType, _ two: CELType, _ left: Expr, _ right: Expr, _ expr: Expr
    ) -> CELType {
        switch unifier.resolve(two) {
        case .list(let element), .map(let element, _):
            if unifier.fits(one, element) || unifier.fits(element, one) { return .bool }
            report(
                .noOverload, "\(shown(one)) can never be in \(shown(two))", at: expr.span,
                label: "\(shown(one)) in \(shown(two))")
        case .dyn, .error, .parameter: break
        default:
            let help = unifier.resolve(two) == .string ? "write `\(source(right)).contains(\(source(left)))`" : nil
            report(
                .noOverload, "`in` looks into a list or the keys of a map, and got \(shown(two))", at: right.span,
                label: "this is \(shown(two))", help: help)
        }
        return .bool
    }

    /// The result of the overloads that fit; `dyn` when several with different results do; nil when none does.
    mutating func resolve(_ overloads: [Overload], _ arguments: [CELType]) -> CELType? {
        var found: [(unifier: Unifier, result: CELType)] = []
        for overload in overloads where overload.parameters.count == arguments.count {
            var trial = unifier
            let instance = trial.instance(of: overload)
            guard trial.fit(arguments, instance.parameters) else { continue }
            found.append((trial, trial.resolve(instance.result)))
        }
        guard let first = found.first else { return nil }
        if found.count == 1 {
            unifier = first.unifier
            return first.result
        }
        if found.allSatisfy({ $0.result == first.result }) { return first.result }
        if found.count > 1, arguments.contains(where: { unifier.resolve($0) == .error }) { return .error }
        return .dyn
    }

    mutating func callType(_ expr: Expr) -> CELType {
        guard case .call(let function, let nameSpan, let receiver, let arguments) = expr.kind else { return .error }
        if let receiver, let full = namespaced(receiver, function) {
            references[expr.id] = .function(full)
            return globalCall(full, arguments, nameSpan, expr)
        }
        if let receiver { return memberCall(function, receiver, arguments, nameSpan, expr) }
        for candidate in environment.candidates(for: function, isRooted: false) where isFunction(candidate) {
            references[expr.id] = .function(candidate)
            return globalCall(candidate, arguments, nameSpan, expr)
        }
        return globalCall(function, arguments, nameSpan, expr)
    }

    /// The full name when the receiver is a namespace, as in `math.ceil(x)`.
    private func namespaced(_ receiver: Expr, _ function: String) -> String? {
        guard let path = receiver.qualifiedName, !locals.contains(where: { $0.name == path[0] }) else { return nil }
        let name = (path + [function]).joined(separator: ".")
        let candidates = environment.candidates(for: name, isRooted: receiver.isRooted)
        if let known = candidates.first(where: isFunction) { return known }
        if FunctionTable.namespaces.contains(path[0]), path.count == 1, environment.variables[path[0]] == nil,
            CELType.named[path[0]] == nil
        {
            return name
        }
        return nil
    }

    private func isFunction(_ name: String) -> Bool {
        FunctionTable.functions[name] != nil || FunctionTable.variadic.contains(name)
            || environment.predicates[name] != nil || environment.extraOverloads[name] != nil
    }

    private mutating func globalCall(_ name: String, _ arguments: [Expr], _ span: Span, _ expr: Expr) -> CELType {
        if FunctionTable.variadic.contains(name) { return extremeType(name, arguments, expr) }
        if let predicate = environment.predicates[name] { return predicateType(predicate, arguments, span) }
        let given = arguments.map { type(of: $0) }
        let extra = environment.extraOverloads[name]?.filter { !$0.isMember } ?? []
        let overloads = (FunctionTable.functions[name] ?? []) + extra
        guard !overloads.isEmpty else {
            unknownFunction(name, span, isMember: FunctionTable.members[name] != nil)
            return isLenient ? .dyn : .error
        }
        if let result = resolve(overloads, given) {
            checkPattern(name, arguments, expr, patternIndex: 1)
            checkConstant(name, arguments)
            return result
        }
        noOverload(name, overloads, given, arguments, span)
        return isLenient ? .dyn : agreedResult(overloads)
    }

    private mutating func memberCall(
        _ name: String, _ receiver: Expr, _ arguments: [Expr], _ span: Span, _ expr: Expr
    ) -> CELType {
        let target = type(of: receiver)
        if isMiscountedMacro(name, span) { return .error }
        let isFormat = name == "format"
        let given = arguments.map { argument -> CELType in
            if isFormat, case .list(let elements) = argument.kind {
                let type = listType(elements, allowsMixed: true)
                types[argument.id] = type
                return type
            }
            return type(of: argument)
        }
        let extra = environment.extraOverloads[name]?.filter(\.isMember) ?? []
        let overloads = (FunctionTable.members[name] ?? []) + extra
        guard !overloads.isEmpty else {
            if unifier.resolve(target) == .error { return .error }
            unknownFunction(name, span, isMember: false, receiver: target)
            return isLenient ? .dyn : .error
        }
        if let result = resolve(overloads, [target] + given) {
            checkPattern(name, arguments, expr, patternIndex: 0)
            return result
        }
        noOverload(name, overloads, [target] + given, [receiver] + arguments, span)
        return isLenient ? .dyn : agreedResult(overloads)
    }

    /// What a call gives whatever overload was meant, so that one error does not bring others.
    private func agreedResult(_ overloads: [Overload]) -> CELType {
        let results = Set(overloads.map(\.result))
        return results.count == 1 ? results.first.map { $0 == .parameter("A") ? .error : $0 } ?? .error : .error
    }

    private mutating func extremeType(_ name: String, _ arguments: [Expr], _ expr: Expr) -> CELType {
        var kinds: [CELType] = []
        for argument in arguments {
            var given = unifier.resolve(type(of: argument)).withoutNull
            if arguments.count == 1, case .list(let element) = given {
                given = unifier.resolve(element)
            }
            if case .parameter = given { given = .dyn }
            guard given.isNumeric || given == .dyn || given == .error else {
                report(
                    .noOverload, "`\(name)` takes numbers, and got \(shown(given))", at: argument.span,
                    label: "this is \(shown(given))")
                return .error
            }
            kinds.append(given)
        }
        guard let first = kinds.first else {
            report(.noOverload, "`\(name)` needs at least one number", at: expr.span)
            return .error
        }
        if case .list(let elements) = arguments[0].kind, arguments.count == 1, elements.isEmpty {
            report(.badArgument, "`\(name)` of an empty list has no value", at: arguments[0].span)
        }
        return kinds.allSatisfy { $0 == first } ? first : .dyn
    }

    private mutating func predicateType(_ predicate: Predicate, _ arguments: [Expr], _ span: Span) -> CELType {
        let given = arguments.map { type(of: $0) }
        guard given.count == predicate.parameters.count else {
            let wanted = predicate.parameters.map(\.name).joined(separator: ", ")
            let noun = predicate.parameters.count == 1 ? "argument" : "arguments"
            report(
                .noOverload,
                "`\(predicate.name)` takes \(predicate.parameters.count) \(noun), and got \(given.count)", at: span,
                help: "write `\(predicate.name)(\(wanted))`")
            return predicate.result
        }
        for (place, parameter) in predicate.parameters.enumerated()
        where !unifier.fits(given[place], parameter.type) {
            report(
                .noOverload,
                "`\(parameter.name)` of `\(predicate.name)` is \(shown(parameter.type)), got \(shown(given[place]))",
                at: arguments[place].span, label: "this is \(shown(given[place]))")
        }
        return predicate.result
    }
}
