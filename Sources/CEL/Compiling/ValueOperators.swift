import Diagnostics

/// Operators, calls and literals over values.
extension Compiler {
    mutating func unaryValue(_ expr: Expr, _ operation: UnaryOperator, _ operand: Expr) -> ValueCode {
        let inner = value(operand)
        let span = expr.span
        if operation == .not {
            return ValueCode { frame throws(EvaluationFailure) in
                guard case .bool(let flag) = try inner(frame) else { throw .noOverload("!") }
                return .bool(!flag)
            }
        }
        return ValueCode { frame throws(EvaluationFailure) in
            let value = try inner(frame)
            do throws(EvaluationFailure) { return try Library.negate(value) } catch {
                frame.context.note(span)
                throw error
            }
        }
    }

    mutating func binaryValue(_ expr: Expr, _ operation: BinaryOperator, _ left: Expr, _ right: Expr) -> ValueCode {
        let one = value(left)
        let two = value(right)
        let span = expr.span
        switch operation {
        case .equal:
            return ValueCode { frame throws(EvaluationFailure) in .bool(try one(frame).equals(try two(frame))) }
        case .notEqual:
            return ValueCode { frame throws(EvaluationFailure) in .bool(!(try one(frame).equals(try two(frame)))) }
        default:
            let apply = Library.operation(operation)
            return ValueCode { frame throws(EvaluationFailure) in
                let first = try one(frame)
                let second = try two(frame)
                do throws(EvaluationFailure) { return try apply(first, second, frame.context) } catch {
                    frame.context.note(span)
                    throw error
                }
            }
        }
    }

    /// `&&` and `||`: an operand that decides is enough, in whatever order failures come.
    mutating func logicValue(_ parts: [Expr], decides: Bool) -> ValueCode {
        let codes = parts.map { value($0) }
        return ValueCode { frame throws(EvaluationFailure) in
            let context = frame.context
            let before = context.failureSpan
            var first: (failure: EvaluationFailure, span: Span?)?
            for code in codes {
                do throws(EvaluationFailure) {
                    guard case .bool(let flag) = try code(frame) else {
                        throw .noOverload(decides ? "||" : "&&")
                    }
                    context.failureSpan = before
                    if flag == decides { return .bool(decides) }
                } catch {
                    if error.isStepLimit { throw error }
                    if first == nil { first = (error, context.failureSpan) }
                    context.failureSpan = before
                }
            }
            guard let first else { return .bool(!decides) }
            context.failureSpan = first.span
            throw first.failure
        }
    }

    mutating func callValue(_ expr: Expr) -> ValueCode {
        guard case .call(let written, _, let receiver, let arguments) = expr.kind else {
            return ValueCode { _ throws(EvaluationFailure) in throw .unbound(name: "") }
        }
        var name = written
        var operands = arguments
        var isMember = receiver != nil
        if case .function(let full)? = reference(expr) {
            name = full
            isMember = false
        } else if let receiver {
            operands.insert(receiver, at: 0)
        }
        if let pattern = checked.patterns[expr.id] { return patternValue(name, pattern, operands, expr.span) }
        let codes = operands.map { value($0) }
        let known = name
        guard let function = isMember ? Library.members[name] : Library.functions[name] else {
            return ValueCode { _ throws(EvaluationFailure) in throw .unbound(name: known) }
        }
        let span = expr.span
        return ValueCode { frame throws(EvaluationFailure) in
            var values: [Value] = []
            values.reserveCapacity(codes.count)
            for code in codes { values.append(try code(frame)) }
            do throws(EvaluationFailure) { return try function(values, frame.context) } catch {
                frame.context.note(span)
                throw error
            }
        }
    }

    mutating func listValue(_ elements: [Expr.Element]) -> ValueCode {
        let codes = elements.map { (code: value($0.value), isOptional: $0.isOptional) }
        return ValueCode { frame throws(EvaluationFailure) in
            var values: [Value] = []
            values.reserveCapacity(codes.count)
            for (code, isOptional) in codes {
                let value = try code(frame)
                guard isOptional else {
                    values.append(value)
                    continue
                }
                guard case .optional(let inner) = value else { throw .noOverload("?") }
                if let inner { values.append(inner) }
            }
            return .list(values)
        }
    }

    mutating func mapValue(_ entries: [Expr.Entry]) -> ValueCode {
        let codes = entries.map { (key: value($0.key), value: value($0.value), isOptional: $0.isOptional) }
        return ValueCode { frame throws(EvaluationFailure) in
            var map = MapValue()
            for entry in codes {
                let key = try entry.key(frame)
                var value = try entry.value(frame)
                if entry.isOptional {
                    guard case .optional(let inner) = value else { throw .noOverload("?") }
                    guard let inner else { continue }
                    value = inner
                }
                try Library.insert(value, for: key, into: &map)
            }
            return .map(map)
        }
    }
}

extension EvaluationFailure {
    /// Whether nothing may be evaluated after it: the budget of the whole evaluation is used up.
    var isStepLimit: Bool {
        if case .limit(.steps) = self { return true }
        return false
    }
}
