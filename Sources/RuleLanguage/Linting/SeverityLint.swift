import CEL
import Diagnostics

/// Tells when a branch of `severity_when` is true only where an earlier one is: `n >= 10` before `n >= 20`.
struct SeverityLint {
    /// A comparison of something with a constant: what it compares, and the values for which it holds.
    private struct Bound {
        let what: String
        let values: ClosedRange<Double>
    }

    private var earlier: [Bound] = []

    /// Whether a branch can never be reached; it counts as an earlier one from now on.
    mutating func isUnreachable(_ branch: CompiledExpression) -> Bool {
        let parts = branch.checked.conjuncts.map { Self.bound($0, branch.checked) }
        let isCovered = parts.contains { part in
            guard let part else { return false }
            return earlier.contains {
                $0.what == part.what && $0.values.lowerBound <= part.values.lowerBound
                    && $0.values.upperBound >= part.values.upperBound
            }
        }
        if parts.count == 1, let only = parts[0] { earlier.append(only) }
        return isCovered
    }

    private static func bound(_ expr: Expr, _ checked: CheckedExpression) -> Bound? {
        guard case .binary(let operation, let left, let right) = expr.kind else { return nil }
        if let number = number(checked.constantValue(of: right)), let what = text(left, checked) {
            return range(operation, number).map { Bound(what: what, values: $0) }
        }
        if let number = number(checked.constantValue(of: left)), let what = text(right, checked) {
            return mirrored[operation].flatMap { range($0, number) }.map { Bound(what: what, values: $0) }
        }
        return nil
    }

    private static let mirrored: [BinaryOperator: BinaryOperator] = [
        .less: .greater, .lessOrEqual: .greaterOrEqual, .greater: .less, .greaterOrEqual: .lessOrEqual,
        .equal: .equal,
    ]

    private static func range(_ operation: BinaryOperator, _ bound: Double) -> ClosedRange<Double>? {
        switch operation {
        case .greater: bound.nextUp ... .infinity
        case .greaterOrEqual: bound ... .infinity
        case .less: -.infinity...bound.nextDown
        case .lessOrEqual: -.infinity...bound
        case .equal: bound...bound
        default: nil
        }
    }

    /// Numbers that a double holds exactly.
    private static func number(_ value: Value?) -> Double? {
        switch value {
        case .int(let whole)?: Double(exactly: whole)
        case .double(let real)? where real.isFinite: real
        default: nil
        }
    }

    private static func text(_ expr: Expr, _ checked: CheckedExpression) -> String? {
        let bytes = Array(checked.text.utf8)
        guard expr.span.end <= bytes.count, checked.constantValue(of: expr) == nil else { return nil }
        return String(decoding: bytes[expr.span.start..<expr.span.end], as: UTF8.self)
    }
}
