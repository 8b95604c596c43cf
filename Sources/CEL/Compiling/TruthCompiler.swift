import FieldStorage

/// Conditions over slots: the product's hot path.
extension Compiler {
    /// The fastest form of a condition; for a node of another type the form over values, which fails.
    mutating func truth(_ expr: Expr) -> TruthCode {
        if let known = constant(expr) {
            guard case .bool(let flag) = known else { return truthFallback(expr) }
            let fixed: Truth = flag ? .yes : .no
            return { _ in fixed }
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

    private func allOf(_ codes: [TruthCode]) -> TruthCode {
        if codes.count == 2 {
            let first = codes[0]
            let second = codes[1]
            return { frame in
                let one = first(frame)
                if one == .no { return .no }
                let two = second(frame)
                if two == .no { return .no }
                return one == .yes && two == .yes ? .yes : .failed
            }
        }
        return { frame in
            var result = Truth.yes
            for code in codes {
                let one = code(frame)
                if one == .no { return .no }
                if one == .failed { result = .failed }
            }
            return result
        }
    }

    private func anyOf(_ codes: [TruthCode]) -> TruthCode {
        if codes.count == 2 {
            let first = codes[0]
            let second = codes[1]
            return { frame in
                let one = first(frame)
                if one == .yes { return .yes }
                let two = second(frame)
                if two == .yes { return .yes }
                return one == .no && two == .no ? .no : .failed
            }
        }
        return { frame in
            var result = Truth.no
            for code in codes {
                let one = code(frame)
                if one == .yes { return .yes }
                if one == .failed { result = .failed }
            }
            return result
        }
    }

    private func negated(_ code: @escaping TruthCode) -> TruthCode {
        { frame in
            switch code(frame) {
            case .yes: .no
            case .no: .yes
            case .failed: .failed
            }
        }
    }

    private func chosen(
        _ test: @escaping TruthCode, _ yes: @escaping TruthCode, _ no: @escaping TruthCode
    ) -> TruthCode {
        { frame in
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
        let code = slot(expr)
        let name = label(expr)
        return { frame in
            let slot = code(frame)
            if slot.tag == .bool { return slot.bits != 0 ? .yes : .no }
            if slot.tag == .unknown { return .failed }
            return frame.context.undecided(slot.tag == .null ? .null(name: name) : .noOverload("a condition"))
        }
    }

    /// The form over values, as a truth.
    mutating func truthFallback(_ expr: Expr) -> TruthCode {
        let code = value(expr)
        return { frame in
            do throws(EvaluationFailure) {
                guard case .bool(let flag) = try code(frame) else {
                    return frame.context.undecided(.noOverload("a condition"))
                }
                return flag ? .yes : .no
            } catch {
                frame.context.failure = error
                return .failed
            }
        }
    }
}
