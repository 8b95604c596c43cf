import Diagnostics

/// Puts the bodies of predicates in the place of their calls.
struct Expander {
    private let predicates: [String: Predicate]
    private(set) var didExpand = false
    private var nextID = 1
    private var renamed = 0

    init(predicates: [String: Predicate]) { self.predicates = predicates }

    /// The tree with every call of a predicate expanded, and with ids of its own.
    mutating func expand(_ expr: Expr) -> Expr { copy(expr, [:], at: nil) }

    /// A copy of `expr` in which names are replaced.
    ///
    /// - Parameters:
    ///   - names: What stands for a name: an argument of the call, or a macro's name that was changed, so that it does
    ///     not catch a name inside an argument.
    ///   - span: The place of the call for every node of a body; nil outside of one.
    private mutating func copy(_ expr: Expr, _ names: [String: Expr], at span: Span?) -> Expr {
        switch expr.kind {
        case .name(let name, false):
            guard let argument = names[name] else { break }
            return copy(argument, [:], at: span)
        case .call(let function, _, nil, let arguments):
            guard let predicate = predicates[function], arguments.count == predicate.parameters.count else { break }
            didExpand = true
            let given = arguments.map { copy($0, names, at: span) }
            let pairs = zip(predicate.parameters, given).map { ($0.name, $1) }
            return copy(predicate.body, Dictionary(uniqueKeysWithValues: pairs), at: span ?? expr.span)
        default: break
        }
        let kind = copiedKind(expr.kind, names, at: span)
        defer { nextID += 1 }
        return Expr(id: nextID, span: span ?? expr.span, kind: kind)
    }

    private mutating func copiedKind(_ kind: Expr.Kind, _ names: [String: Expr], at span: Span?) -> Expr.Kind {
        func one(_ expr: Expr, _ expander: inout Expander) -> Expr { expander.copy(expr, names, at: span) }
        switch kind {
        case .literal, .name, .invalid: return kind
        case .select(let operand, let field, let place, let isOptional):
            return .select(one(operand, &self), field: field, fieldSpan: place, isOptional: isOptional)
        case .has(let operand, let field, let place):
            return .has(one(operand, &self), field: field, fieldSpan: place)
        case .index(let left, let right, let isOptional):
            return .index(one(left, &self), one(right, &self), isOptional: isOptional)
        case .unary(let operation, let operand): return .unary(operation, one(operand, &self))
        case .binary(let operation, let left, let right):
            return .binary(operation, one(left, &self), one(right, &self))
        case .and(let parts): return .and(parts.map { one($0, &self) })
        case .or(let parts): return .or(parts.map { one($0, &self) })
        case .conditional(let test, let yes, let no):
            return .conditional(one(test, &self), one(yes, &self), one(no, &self))
        case .call(let function, let nameSpan, let receiver, let arguments):
            let target = receiver.map { one($0, &self) }
            return .call(
                function: function, nameSpan: nameSpan, receiver: target,
                arguments: arguments.map { one($0, &self) })
        case .list(let elements):
            return .list(elements.map { Expr.Element(value: one($0.value, &self), isOptional: $0.isOptional) })
        case .map(let entries):
            return .map(
                entries.map {
                    Expr.Entry(key: one($0.key, &self), value: one($0.value, &self), isOptional: $0.isOptional)
                })
        case .construct(let type, let fields):
            return .construct(type: type, fields: fields.map { one($0, &self) })
        case .comprehension, .bind, .optionalMap: return copiedScope(kind, names, at: span)
        }
    }

    /// Macros that give names: inside a predicate's body these get new names.
    private mutating func copiedScope(_ kind: Expr.Kind, _ names: [String: Expr], at span: Span?) -> Expr.Kind {
        switch kind {
        case .comprehension(let loop):
            let range = copy(loop.range, names, at: span)
            var inner = names
            let first = rename(loop.first, &inner, at: span)
            let second = loop.second.map { rename($0, &inner, at: span) }
            return .comprehension(
                Expr.Comprehension(
                    macro: loop.macro, range: range, first: first, second: second,
                    condition: loop.condition.map { copy($0, inner, at: span) },
                    result: loop.result.map { copy($0, inner, at: span) }))
        case .bind(let name, let value, let body):
            let known = copy(value, names, at: span)
            var inner = names
            let variable = rename(name, &inner, at: span)
            return .bind(variable, value: known, body: copy(body, inner, at: span))
        case .optionalMap(let operand, let name, let body, let isFlat):
            let value = copy(operand, names, at: span)
            var inner = names
            let variable = rename(name, &inner, at: span)
            return .optionalMap(value, variable, body: copy(body, inner, at: span), isFlat: isFlat)
        default: return kind
        }
    }

    private mutating func rename(
        _ variable: Expr.Variable, _ names: inout [String: Expr], at span: Span?
    ) -> Expr.Variable {
        guard let span else {
            names[variable.name] = nil
            return variable
        }
        renamed += 1
        let name = "\(variable.name)#\(renamed)"
        names[variable.name] = Expr(id: 0, span: span, kind: .name(name, isRooted: false))
        return Expr.Variable(name: name, span: span)
    }
}
