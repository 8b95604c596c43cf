import CEL
import Diagnostics

/// Watches the conditions of one rule: cuts them at `&&`, `||`, `!` and `?:` and notes what each part was.
struct ConditionObserver: Sendable {
    let coverage: ConditionCoverage
    let rule: String
    let file: SourceText

    /// A part of a condition.
    private indirect enum Part: Sendable {
        case leaf(Program, Int)
        /// Parts in order; the first that is as `stop` says decides.
        case series([Part], stop: Truth, Int)
        case not(Part)
        case conditional(Part, Part, Part, Int)
        /// What is the same for every frame, or no condition of its own.
        case blind(Program)
    }

    /// The program of a condition, watched.
    func observed(
        _ compiled: CompiledExpression, of text: ExpressionText, _ place: ConditionCoverage.Point.Place, in scope: Scope
    ) -> CompiledExpression {
        guard compiled.readsAnything, let part = part(compiled.checked.root, of: text, place, in: scope) else {
            return compiled
        }
        let coverage = coverage
        let program = compiled.program.observed { frame in _ = Self.walk(part, frame, coverage) }
        return CompiledExpression(checked: compiled.checked, program: program, text: compiled.text)
    }

    private func part(
        _ expr: Expr, of text: ExpressionText, _ place: ConditionCoverage.Point.Place, in scope: Scope
    ) -> Part? {
        func parts(_ children: [Expr]) -> [Part]? {
            let found = children.compactMap { part($0, of: text, place, in: scope) }
            return found.count == children.count ? found : nil
        }
        switch expr.kind {
        case .and(let children): return parts(children).map { .series($0, stop: .no, number(expr, text, place)) }
        case .or(let children): return parts(children).map { .series($0, stop: .yes, number(expr, text, place)) }
        case .unary(.not, let operand): return part(operand, of: text, place, in: scope).map(Part.not)
        case .conditional(let test, let yes, let no):
            return parts([test, yes, no]).map { .conditional($0[0], $0[1], $0[2], number(expr, text, place)) }
        default:
            guard let checked = scope.environment.check(expr, text: text.text).checked,
                checked.type.withoutNull == .bool || checked.type.withoutNull == .dyn
            else { return nil }
            let compiled = CompiledExpression(
                checked: checked, program: checked.program(in: scope.environment), text: text.text)
            let varies = compiled.names.contains { !$0.hasPrefix("params.") && !$0.hasPrefix("lists.") }
            return varies ? .leaf(compiled.program, number(expr, text, place)) : .blind(compiled.program)
        }
    }

    private func number(_ expr: Expr, _ text: ExpressionText, _ place: ConditionCoverage.Point.Place) -> Int {
        let bytes = Array(text.text.utf8)
        let end = min(expr.span.end, bytes.count)
        let words = String(decoding: bytes[min(expr.span.start, end)..<end], as: UTF8.self)
        let line = words.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
        return coverage.add(rule: rule, place: place, text: line, file: file, at: text.fileSpan(expr.span))
    }

    private static func walk(_ part: Part, _ frame: Frame, _ coverage: ConditionCoverage) -> Truth {
        switch part {
        case .blind(let program): return program.truth(frame)
        case .leaf(let program, let number): return noted(program.truth(frame), number, coverage)
        case .not(let operand):
            switch walk(operand, frame, coverage) {
            case .yes: return .no
            case .no: return .yes
            case .failed: return .failed
            }
        case .conditional(let test, let yes, let no, let number):
            switch walk(test, frame, coverage) {
            case .yes: return noted(walk(yes, frame, coverage), number, coverage)
            case .no: return noted(walk(no, frame, coverage), number, coverage)
            case .failed: return .failed
            }
        case .series(let parts, let stop, let number):
            var result: Truth = stop == .no ? .yes : .no
            for part in parts {
                let truth = walk(part, frame, coverage)
                if truth == stop { return noted(stop, number, coverage) }
                if truth == .failed { result = .failed }
            }
            return noted(result, number, coverage)
        }
    }

    private static func noted(_ truth: Truth, _ number: Int, _ coverage: ConditionCoverage) -> Truth {
        if truth != .failed { coverage.note(number, truth == .yes) }
        return truth
    }
}
