import CEL
import Diagnostics

/// R0301: finds parts of a condition that read something and are always true, or always false, all the same.
///
/// Only what can be seen from the text: `x == x`, `x < x`, `a || !a`, `x == y || x != y`, and their like with `&&`.
struct ConstantLint {
    private let checked: CheckedExpression
    private let text: [UInt8]

    init(_ checked: CheckedExpression) {
        self.checked = checked
        text = Array(checked.text.utf8)
    }

    var diagnostics: [Diagnostic] {
        var found: [Diagnostic] = []
        checked.root.walk { expr in
            guard let always = value(of: expr), !found.contains(where: { $0.primary.span == expr.span }) else { return }
            found.append(
                Diagnostic(
                    .warning, RuleDiagnosticCode.constantCondition.rawValue,
                    "`\(source(expr))` is always \(always)", at: expr.span, label: "always \(always)",
                    help: "remove it, or compare with something else"))
        }
        return found
    }

    private func value(of expr: Expr) -> Bool? {
        switch expr.kind {
        case .binary(let operation, let left, let right):
            // NaN is not equal to itself; constants are the checker's.
            guard isSame(left, right), checked.constantValue(of: left) == nil, !mayBeNaN(left) else { return nil }
            switch operation {
            case .equal, .lessOrEqual, .greaterOrEqual: return true
            case .notEqual, .less, .greater: return false
            default: return nil
            }
        case .and(let parts): return hasOpposites(parts) ? false : nil
        case .or(let parts): return hasOpposites(parts) ? true : nil
        default: return nil
        }
    }

    private func mayBeNaN(_ expr: Expr) -> Bool {
        switch checked.types[expr.id]?.withoutNull {
        case .double?, .dyn?: true
        default: false
        }
    }

    private func hasOpposites(_ parts: [Expr]) -> Bool {
        for (place, part) in parts.enumerated() {
            for other in parts.dropFirst(place + 1) where areOpposite(part, other) || areOpposite(other, part) {
                return true
            }
        }
        return false
    }

    private func areOpposite(_ one: Expr, _ other: Expr) -> Bool {
        switch (one.kind, other.kind) {
        case (_, .unary(.not, let operand)): isSame(one, operand)
        case (.binary(.equal, let left, let right), .binary(.notEqual, let left2, let right2)):
            isSame(left, left2) && isSame(right, right2)
        default: false
        }
    }

    /// Whether two nodes are written alike.
    ///
    /// Everything that a function of `define` became lies where its call is, so nodes of one place say nothing.
    private func isSame(_ one: Expr, _ other: Expr) -> Bool {
        one.span != other.span && !source(one).isEmpty && source(one) == source(other)
    }

    private func source(_ expr: Expr) -> String {
        guard expr.span.end <= text.count, expr.span.start <= expr.span.end else { return "" }
        return String(decoding: text[expr.span.start..<expr.span.end], as: UTF8.self)
    }
}
