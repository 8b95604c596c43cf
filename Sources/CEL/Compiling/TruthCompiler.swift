import FieldStorage

/// Conditions over slots.
extension Compiler {
    mutating func truth(_ expr: Expr) -> TruthCode {
        return truthFallback(expr)
    }

    /// The form over values, as a truth.
    mutating func truthFallback(_ expr: Expr) -> TruthCode {
        let code = value(expr)
        return { frame in
            do throws(EvaluationFailure) {
                guard case .bool(let flag) = try code(frame) else {
                    frame.context.failure = .noOverload("a condition")
                    return .failed
                }
                return flag ? .yes : .no
            } catch {
                frame.context.failure = error
                return .failed
            }
        }
    }

    mutating func slot(_ expr: Expr) -> SlotCode {
        return slotFallback(expr)
    }

    /// The form over values, as a slot.
    mutating func slotFallback(_ expr: Expr) -> SlotCode {
        let code = value(expr)
        return { frame in
            do throws(EvaluationFailure) {
                return frame.context.slot(for: try code(frame))
            } catch {
                frame.context.failure = error
                return .unknown
            }
        }
    }
}
