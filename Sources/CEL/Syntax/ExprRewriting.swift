/// Replacing nodes of a tree.
extension Expr {
    /// The tree with nodes replaced, from the top down; spans and ids of the others stay.
    ///
    /// - Parameter replace: Gives what stands for a node, which is then not looked into; nil to go on below it.
    public func rewriting(_ replace: (Expr) -> Expr?) -> Expr {
        if let other = replace(self) { return other }
        return Expr(id: id, span: span, kind: rewrittenKind(replace))
    }

    private func rewrittenKind(_ replace: (Expr) -> Expr?) -> Kind {
        func one(_ expr: Expr) -> Expr { expr.rewriting(replace) }
        switch kind {
        case .literal, .name, .invalid: return kind
        case .select(let operand, let field, let place, let isOptional):
            return .select(one(operand), field: field, fieldSpan: place, isOptional: isOptional)
        case .has(let operand, let field, let place): return .has(one(operand), field: field, fieldSpan: place)
        case .index(let left, let right, let isOptional): return .index(one(left), one(right), isOptional: isOptional)
        case .unary(let operation, let operand): return .unary(operation, one(operand))
        case .binary(let operation, let left, let right): return .binary(operation, one(left), one(right))
        case .and(let parts): return .and(parts.map(one))
        case .or(let parts): return .or(parts.map(one))
        case .conditional(let test, let yes, let no): return .conditional(one(test), one(yes), one(no))
        case .call(let function, let place, let receiver, let arguments):
            return .call(
                function: function, nameSpan: place, receiver: receiver.map(one), arguments: arguments.map(one))
        case .list(let elements):
            return .list(elements.map { Element(value: one($0.value), isOptional: $0.isOptional) })
        case .map(let entries):
            return .map(entries.map { Entry(key: one($0.key), value: one($0.value), isOptional: $0.isOptional) })
        case .construct(let type, let fields): return .construct(type: type, fields: fields.map(one))
        case .comprehension(let loop):
            return .comprehension(
                Comprehension(
                    macro: loop.macro, range: one(loop.range), first: loop.first, second: loop.second,
                    condition: loop.condition.map(one), result: loop.result.map(one)))
        case .bind(let name, let value, let body): return .bind(name, value: one(value), body: one(body))
        case .optionalMap(let operand, let name, let body, let isFlat):
            return .optionalMap(one(operand), name, body: one(body), isFlat: isFlat)
        }
    }
}
