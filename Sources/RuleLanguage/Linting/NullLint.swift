import CEL
import Diagnostics

/// R0311: finds operands that may be null where no test for null stands on the path to them.
struct NullLint {
    private let reasoning: NullReasoning
    private let text: String
    private let schema: Schema
    private var reported: Set<String> = []
    private(set) var diagnostics: [Diagnostic] = []

    init(_ checked: CheckedExpression, schema: Schema) {
        reasoning = NullReasoning(checked: checked)
        text = checked.text
        self.schema = schema
    }

    /// Functions that take null like any other value.
    private static let nullable: Set<String> = ["type", "dyn", "of", "ofNonZeroValue"]

    /// Everything to say of an expression.
    ///
    /// - Parameter needsValue: Whether the whole may not be null, as a condition may not.
    static func check(
        _ checked: CheckedExpression, facts: NullFacts, needsValue: Bool, schema: Schema
    ) -> [Diagnostic] {
        var lint = NullLint(checked, schema: schema)
        lint.visit(checked.root, facts, needsValue: needsValue, condition: needsValue ? checked.root : nil)
        return lint.diagnostics
    }

    /// - Parameter condition: The smallest true-or-false part around `expr`, which the help rewrites.
    private mutating func visit(_ expr: Expr, _ facts: NullFacts, needsValue: Bool, condition: Expr?) {
        let around = reasoning.checked.types[expr.id] == .bool ? expr : condition
        switch expr.kind {
        case .conditional(let test, let yes, let no):
            visit(test, facts, needsValue: true, condition: test)
            visit(yes, facts.joined(with: reasoning.whenTrue(test)), needsValue: needsValue, condition: around)
            visit(no, facts.joined(with: reasoning.whenFalse(test)), needsValue: needsValue, condition: around)
            return
        case .and(let parts):
            _ = parts.reduce(facts) { known, part in
                visit(part, known, needsValue: true, condition: part)
                return known.joined(with: reasoning.whenTrue(part))
            }
            return
        case .or(let parts):
            _ = parts.reduce(facts) { known, part in
                visit(part, known, needsValue: true, condition: part)
                return known.joined(with: reasoning.whenFalse(part))
            }
            return
        default: break
        }
        if needsValue, reasoning.mayBeNull(expr, facts) { report(expr, condition: around) }
        if case .variable? = reasoning.checked.references[expr.id] { return }
        for (child, isNeeded) in operands(expr) { visit(child, facts, needsValue: isNeeded, condition: around) }
    }

    /// The nodes below, and whether each must have a value.
    private func operands(_ expr: Expr) -> [(Expr, Bool)] {
        switch expr.kind {
        case .binary(.equal, let left, let right), .binary(.notEqual, let left, let right):
            return [(left, false), (right, false)]
        case .binary(.isIn, let left, let right): return [(left, false), (right, true)]
        case .list(let elements): return elements.map { ($0.value, false) }
        case .map(let entries): return entries.flatMap { [($0.key, true), ($0.value, false)] }
        case .call(let function, _, let receiver, let arguments):
            let isNamespace = reasoning.checked.references[expr.id].map(isFunction) ?? false
            let target = isNamespace ? [] : (receiver.map { [($0, true)] } ?? [])
            return target + arguments.map { ($0, !Self.nullable.contains(function)) }
        case .comprehension(let loop):
            let givesCondition = [.all, .exists, .existsOne, .filter].contains(loop.macro)
            return [(loop.range, true)] + (loop.condition.map { [($0, true)] } ?? [])
                + (loop.result.map { [($0, givesCondition)] } ?? [])
        case .bind(_, let value, let body): return [(value, false), (body, false)]
        default: return expr.children.map { ($0, true) }
        }
    }

    private func isFunction(_ reference: Reference) -> Bool {
        if case .function(let name) = reference { return name.contains(".") }
        return false
    }

    private mutating func report(_ expr: Expr, condition: Expr?) {
        let written = source(expr.span)
        guard reported.insert(reasoning.path(expr) ?? written).inserted else { return }
        var label = "may be null"
        if case .field(let field, _)? = reasoning.checked.references[expr.id],
            let reason = field.doc.split(separator: ";").last, reason.hasPrefix(" null")
        {
            label = String(reason.dropFirst())
        }
        let help: String? =
            condition.map { condition in
                let whole = source(condition.span)
                return whole.contains("\n") || whole.utf8.count > 80 || whole == written
                    ? "test `\(written) != null &&` before it"
                    : "write `\(written) != null && \(whole)`, or `\(written) == null || \(whole)`"
            } ?? "write `\(written) == null ? ... : \(written)`"
        diagnostics.append(
            Diagnostic(
                .error, RuleDiagnosticCode.maybeNull.rawValue, "`\(written)` may be null here", at: expr.span,
                label: label, help: help))
    }

    private func source(_ span: Span) -> String {
        let bytes = Array(text.utf8)
        guard span.end <= bytes.count else { return "" }
        return String(decoding: bytes[span.start..<span.end], as: UTF8.self)
    }
}
