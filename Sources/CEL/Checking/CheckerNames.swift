import Diagnostics

/// Names, fields and indices.
extension Checker {
    mutating func nameType(_ expr: Expr, _ name: String, isRooted: Bool) -> CELType {
        if !isRooted, let place = locals.lastIndex(where: { $0.name == name }) {
            references[expr.id] = .local(place)
            return locals[place].type
        }
        if let known = lookUp(name, isRooted: isRooted, at: expr) { return known }
        unknownName(name, at: expr)
        return isLenient ? .dyn : .error
    }

    /// The type of a declared name, a constant or a type; nil when there is none of that name.
    private mutating func lookUp(_ name: String, isRooted: Bool, at expr: Expr) -> CELType? {
        for candidate in environment.candidates(for: name, isRooted: isRooted) {
            if let variable = environment.variables[candidate] {
                references[expr.id] = .variable(variable)
                return variable.checkedType
            }
            if let type = CELType.named[candidate] {
                references[expr.id] = .typeName(candidate)
                return .type(type)
            }
        }
        return nil
    }

    private mutating func unknownName(_ name: String, at expr: Expr) {
        guard !isLenient else { return }
        let names = Array(environment.variables.keys) + locals.map(\.name)
        if FunctionTable.functions[name] != nil || environment.predicates[name] != nil {
            report(
                .unknownName, "`\(name)` is a function, not a value", at: expr.span,
                help: "call it: `\(name)(...)`")
            return
        }
        if environment.isNamespace(name) {
            report(
                .unknownName, "`\(name)` is not a value", at: expr.span,
                help: "name something in it, such as `\(example(in: name))`")
            return
        }
        let roots = names.map { String($0.prefix { $0 != "." }) } + FunctionTable.namespaces
        report(
            .unknownName, "nothing is named `\(name)` here", at: expr.span, label: "unknown name",
            help: nearestName(to: name, in: Set(names + roots)).map { "did you mean `\($0)`?" })
    }

    private func example(in namespace: String) -> String {
        environment.variables.keys.filter { $0.hasPrefix(namespace + ".") }.min() ?? namespace
    }

    mutating func selectType(
        _ expr: Expr, _ operand: Expr, _ field: String, _ span: Span, isOptional: Bool
    ) -> CELType {
        if !isOptional, let path = expr.qualifiedName, isGlobal(path[0], operand) {
            if let known = lookUp(path.joined(separator: "."), isRooted: expr.isRooted, at: expr) { return known }
            if unknownMember(path, expr, span) { return .error }
        }
        let given = unifier.resolve(type(of: operand))
        let result = fieldType(given, field, span, expr)
        if isOptional, case .optional = result { return result }
        return isOptional ? .optional(result) : result
    }

    /// Whether a chain that begins with this name may be a qualified name.
    private func isGlobal(_ first: String, _ operand: Expr) -> Bool {
        operand.isRooted || !locals.contains { $0.name == first }
    }

    /// Says that a namespace such as `params` has no such name.
    private mutating func unknownMember(_ path: [String], _ expr: Expr, _ span: Span) -> Bool {
        let prefix = path.dropLast().joined(separator: ".")
        guard environment.isNamespace(prefix), environment.variables[prefix] == nil,
            !environment.isNamespace(path.joined(separator: ".")), !isLenient
        else { return false }
        let known = environment.variables.keys.filter { $0.hasPrefix(prefix + ".") }
            .map { String($0.dropFirst(prefix.count + 1)) }
        let name = path[path.count - 1]
        report(
            .unknownName, "`\(prefix)` has no `\(name)`", at: span, label: "not declared",
            help: nearestName(to: name, in: known).map { "did you mean `\(prefix).\($0)`?" }
                ?? (known.count <= 8 ? "there is " + known.sorted().map { "`\($0)`" }.joined(separator: ", ") : nil))
        return true
    }

    private mutating func fieldType(_ given: CELType, _ field: String, _ span: Span, _ expr: Expr) -> CELType {
        switch given {
        case .dyn, .parameter: return .dyn
        case .error: return .error
        case .object(let name): return objectField(name, field, span, expr)
        case .map(let key, let value):
            if unifier.fits(.string, key) { return value }
            report(.noSuchField, "the keys of this map are \(shown(key)), not names", at: span)
            return .error
        case .optional(let inner):
            let type = fieldType(unifier.resolve(inner), field, span, expr)
            if case .optional = type { return type }
            return .optional(type)
        case .wrapper(let inner): return fieldType(inner, field, span, expr)
        default:
            report(
                .noSuchField, "\(shown(given)) has no fields", at: span, label: "not a record",
                help: noFieldsHelp(given, field))
            return .error
        }
    }

    private func noFieldsHelp(_ given: CELType, _ field: String) -> String? {
        if case .list(let element) = given, case .object(let name) = unifier.resolve(element),
            environment.objects[name]?.field(field) != nil
        {
            return "look at its elements, as in `exists(x, x.\(field) == ...)`"
        }
        return FunctionTable.members[field] == nil ? nil : "call it: `\(field)(...)`"
    }

    private mutating func objectField(_ name: String, _ field: String, _ span: Span, _ expr: Expr) -> CELType {
        guard let object = environment.objects[name] else { return .dyn }
        if let found = object.field(field) {
            references[expr.id] = .field(found, of: name)
            return found.checkedType
        }
        let owner: String =
            if case .select(let operand, _, _, _) = expr.kind, let path = operand.qualifiedName {
                path.joined(separator: ".")
            } else { name }
        report(
            .noSuchField, "`\(owner)` has no field `\(field)`", at: span, label: "not a field of `\(owner)`",
            help: nearestName(to: field, in: object.fields.map(\.name)).map { "did you mean `\($0)`?" })
        return .error
    }

    mutating func hasType(_ expr: Expr, _ operand: Expr, _ field: String, _ span: Span) -> CELType {
        let given = unifier.resolve(type(of: operand))
        _ = fieldType(given, field, span, expr)
        return .bool
    }

    mutating func indexType(_ operand: Expr, _ index: Expr, isOptional: Bool) -> CELType {
        let given = unifier.resolve(type(of: operand))
        let key = type(of: index)
        let result = elementType(given, key, operand, index)
        if isOptional, case .optional = result { return result }
        return isOptional ? .optional(result) : result
    }

    private mutating func elementType(
        _ given: CELType, _ key: CELType, _ operand: Expr, _ index: Expr
    ) -> CELType {
        switch given {
        case .dyn, .parameter: return .dyn
        case .error: return .error
        case .list(let element):
            if unifier.fits(key, .int) || unifier.resolve(key) == .uint { return element }
            report(
                .noOverload, "the index of a list is an int, and got \(shown(key))", at: index.span,
                label: "this is \(shown(key))")
            return element
        case .map(let wanted, let value):
            if unifier.fits(key, wanted) || areNumbers(key, wanted) { return value }
            report(
                .noOverload, "the keys of this map are \(shown(wanted)), and got \(shown(key))", at: index.span,
                label: "this is \(shown(key))")
            return value
        case .optional(let inner):
            let type = elementType(unifier.resolve(inner), key, operand, index)
            if case .optional = type { return type }
            return .optional(type)
        case .wrapper(let inner): return elementType(inner, key, operand, index)
        default:
            report(
                .noOverload, "`[...]` does not take \(shown(given))", at: operand.span,
                label: "this is \(shown(given))")
            return .error
        }
    }

    private func areNumbers(_ left: CELType, _ right: CELType) -> Bool {
        unifier.resolve(left).withoutNull.isNumeric && unifier.resolve(right).withoutNull.isNumeric
    }
}
