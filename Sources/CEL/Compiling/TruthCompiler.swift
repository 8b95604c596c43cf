import FieldStorage

/// Conditions over slots: the product's hot path.
extension Compiler {
    /// The fastest form of a condition; for a node of another type the form over values, which fails.
    mutating func truth(_ expr: Expr) -> TruthCode {
        if let known = constant(expr) {
            guard case .bool(let flag) = known else { return truthFallback(expr) }
            let fixed: Truth = flag ? .yes : .no
            return TruthCode { _ in fixed }
        }
        switch expr.kind {
        case .and(let parts): return allOf(ordered(parts).map { truth($0) })
        case .or(let parts): return anyOf(ordered(parts).map { truth($0) })
        case .unary(.not, let operand): return negated(truth(operand))
        case .conditional(let test, let yes, let no): return chosen(truth(test), truth(yes), truth(no))
        case .binary(let operation, let left, let right):
            return comparison(expr, operation, left, right) ?? truthFallback(expr)
        case .call: return textTest(expr) ?? truthFallback(expr)
        case .comprehension(let loop): return quantified(loop) ?? truthFallback(expr)
        case .name, .select, .index: return flag(expr)
        case .has(let operand, let name, _): return hasTruth(operand, name) ?? truthFallback(expr)
        case .bind(let name, let known, let body): return boundTruth(name, known, body) ?? truthFallback(expr)
        default: return truthFallback(expr)
        }
    }

    /// The operands with the cheap ones first; the outcome does not depend on the order, only the time does.
    private func ordered(_ parts: [Expr]) -> [Expr] {
        parts.enumerated().sorted { one, two in
            let left = cost(one.element)
            let right = cost(two.element)
            return left != right ? left < right : one.offset < two.offset
        }.map(\.element)
    }

    /// A rough price of a condition, in nanoseconds.
    private func cost(_ expr: Expr) -> Int {
        switch expr.kind {
        case .literal, .name, .select: return 2
        case .binary(_, let left, let right): return 3 + cost(left) + cost(right)
        case .call:
            let own = checked.patterns[expr.id] != nil ? 60 : 30
            return own + expr.children.map { cost($0) }.reduce(0, +)
        case .comprehension: return 200 + expr.children.map { cost($0) }.reduce(0, +) * 8
        default: return 1 + expr.children.map { cost($0) }.reduce(0, +)
        }
    }

    /// Three and more are nested in twos from the right, which asks in the same order and walks no array.
    private func allOf(_ codes: [TruthCode]) -> TruthCode {
        codes.dropLast().reversed().reduce(codes[codes.count - 1]) { Self.both($1, $0) }
    }

    private func anyOf(_ codes: [TruthCode]) -> TruthCode {
        codes.dropLast().reversed().reduce(codes[codes.count - 1]) { Self.either($1, $0) }
    }

    private static func both(_ first: TruthCode, _ second: TruthCode) -> TruthCode {
        TruthCode { frame in
            let one = first(frame)
            if one == .no { return .no }
            if one == .failed, frame.context.stepsLeft < 0 { return .failed }
            let two = second(frame)
            if two == .no { return .no }
            return one == .yes ? two : .failed
        }
    }

    private static func either(_ first: TruthCode, _ second: TruthCode) -> TruthCode {
        TruthCode { frame in
            let one = first(frame)
            if one == .yes { return .yes }
            if one == .failed, frame.context.stepsLeft < 0 { return .failed }
            let two = second(frame)
            if two == .yes { return .yes }
            return one == .no ? two : .failed
        }
    }

    private func negated(_ code: TruthCode) -> TruthCode {
        TruthCode { frame in
            switch code(frame) {
            case .yes: .no
            case .no: .yes
            case .failed: .failed
            }
        }
    }

    private func chosen(_ test: TruthCode, _ yes: TruthCode, _ no: TruthCode) -> TruthCode {
        TruthCode { frame in
            switch test(frame) {
            case .yes: yes(frame)
            case .no: no(frame)
            case .failed: .failed
            }
        }
    }

    /// A field or variable that is itself true or false.
    private mutating func flag(_ expr: Expr) -> TruthCode {
        guard type(expr).withoutNull == .bool else { return truthFallback(expr) }
        return truth(of: expr, IsTrue(name: label(expr)))
    }

    /// `has(record.field)`: whether the field is not null.
    private func hasTruth(_ operand: Expr, _ name: String) -> TruthCode? {
        guard let (place, field) = field(name, of: operand) else { return nil }
        let index = field.slot
        return TruthCode { frame in
            guard let row = place.row(frame) else {
                return frame.context.undecided(.null(name: "the value before `.\(name)`"))
            }
            let tag = row[index].tag
            if tag == .unknown { return frame.context.undecided(.unknown(field: name)) }
            return tag == .null ? .no : .yes
        }
    }

    /// `cel.bind` of a scalar to a name, with a condition as its body.
    private mutating func boundTruth(_ name: Expr.Variable, _ known: Expr, _ body: Expr) -> TruthCode? {
        guard isScalar(known) else { return nil }
        let bound = slot(known)
        let place = push(name.name, .slot)
        defer { pop() }
        let inner = truth(body)
        return TruthCode { frame in
            let slot = bound(frame)
            if slot.tag == .unknown { return .failed }
            frame.context.localSlots[place] = slot
            return inner(frame)
        }
    }

    /// The form over values, as a truth.
    mutating func truthFallback(_ expr: Expr) -> TruthCode {
        let code = value(expr)
        return TruthCode { frame in
            let before = frame.context.beginPlace()
            do throws(EvaluationFailure) {
                guard case .bool(let flag) = try code(frame) else {
                    return frame.context.undecided(.noOverload("a condition"))
                }
                frame.context.failureSpan = before
                return flag ? .yes : .no
            } catch {
                frame.context.failure = error
                return .failed
            }
        }
    }
}
