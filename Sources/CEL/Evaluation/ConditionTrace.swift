import Diagnostics

/// What became of a condition and of each part of it: why it was true, false or neither.
public struct ConditionTrace: Hashable, Sendable {
    /// How the parts make the whole.
    public enum Kind: Hashable, Sendable {
        /// All parts must hold.
        case all
        /// One part must hold.
        case any
        /// The only part must not hold.
        case not
        /// There are no parts; `readings` says what it read.
        case clause
    }

    /// A field, variable or parameter that a clause read.
    public struct Reading: Hashable, Sendable {
        /// As it is written in the condition.
        public let name: String
        /// What it held; nil when it had no value, and `failure` says why.
        public let value: Value?
        public let failure: EvaluationFailure?
    }

    /// The part as it is written.
    public let text: String
    public let kind: Kind
    public let truth: Truth
    /// Why it is neither true nor false.
    public let failure: EvaluationFailure?
    public let parts: [ConditionTrace]
    public let readings: [Reading]

    /// The clauses that made the whole what it is: each that was false where all must hold, all where one must.
    public var decisive: [ConditionTrace] {
        switch kind {
        case .clause: return [self]
        case .not: return parts.flatMap(\.decisive)
        case .all, .any:
            let same = parts.filter { $0.truth == truth }
            return (same.isEmpty ? parts : same).flatMap(\.decisive)
        }
    }
}

extension Program {
    /// Evaluates the condition and each part of it over a frame.
    ///
    /// Costs a compilation of every part; for explaining, not for evaluating. The context's failure is that of the
    /// whole afterwards.
    public func trace(_ frame: Frame) -> ConditionTrace { Tracer(checked: checked, frame: frame).trace(checked.root) }

    /// The condition as its author wrote it.
    public var text: String { checked.text }
}

/// Walks a condition from the top.
private struct Tracer {
    let checked: CheckedExpression
    let frame: Frame

    func trace(_ expr: Expr) -> ConditionTrace {
        let (kind, children) = split(expr)
        let parts = children.map(trace)
        let truth = program(expr).truth(frame)
        let failure = truth == .failed ? frame.context.failure : nil
        return ConditionTrace(
            text: source(expr), kind: kind, truth: truth, failure: failure, parts: parts,
            readings: kind == .clause ? readings(of: expr) : [])
    }

    /// The parts of a condition that are conditions; a predicate's body stands where its call stands and has none.
    private func split(_ expr: Expr) -> (ConditionTrace.Kind, [Expr]) {
        switch expr.kind {
        case .and(let parts) where isWritten(parts, in: expr): return (.all, parts)
        case .or(let parts) where isWritten(parts, in: expr): return (.any, parts)
        case .unary(.not, let operand):
            guard isWritten([operand], in: expr) else { break }
            switch operand.kind {
            case .and, .or: return (.not, [operand])
            default: break
            }
        default: break
        }
        return (.clause, [])
    }

    private func isWritten(_ parts: [Expr], in whole: Expr) -> Bool { parts.allSatisfy { $0.span != whole.span } }

    private func program(_ expr: Expr) -> Program {
        let part = CheckedExpression(
            text: checked.text, root: expr, type: checked.types[expr.id] ?? .dyn, types: checked.types,
            references: checked.references, environment: checked.environment, patterns: checked.patterns)
        return part.program(in: checked.environment)
    }

    private func source(_ expr: Expr) -> String {
        let bytes = Array(checked.text.utf8)
        guard expr.span.end <= bytes.count else { return checked.text }
        let text = String(decoding: bytes[expr.span.start..<expr.span.end], as: UTF8.self)
        // Conditions may run over several lines; a report has one.
        return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    private func readings(of expr: Expr) -> [ConditionTrace.Reading] {
        var readings: [ConditionTrace.Reading] = []
        gather(expr, into: &readings)
        return readings
    }

    private func gather(_ expr: Expr, into readings: inout [ConditionTrace.Reading]) {
        guard let name = name(of: expr) else {
            for child in expr.children { gather(child, into: &readings) }
            return
        }
        guard !readings.contains(where: { $0.name == name }) else { return }
        switch program(expr).value(frame) {
        case .success(let value): readings.append(.init(name: name, value: value, failure: nil))
        case .failure(let failure): readings.append(.init(name: name, value: nil, failure: failure))
        }
    }

    /// The name of a field, variable or parameter; nil for what is computed, and for the names that macros give.
    private func name(of expr: Expr) -> String? {
        if let path = checked.path(of: expr) { return path.joined(separator: ".") }
        if case .variable(let variable)? = checked.references[expr.id], case .constant = variable.binding {
            return variable.name
        }
        return nil
    }
}
