import Diagnostics
import FieldStorage

@testable import CEL

extension FuzzTarget {
    /// Bytes as an expression, checked, compiled and evaluated in all ways that there are, which must agree.
    ///
    /// Bytes that begin with a zero choose the parts of an expression of any depth; others are its text.
    static let evaluation = FuzzTarget(name: "evaluation") { bytes in
        var text = readText(bytes)
        if bytes.first == 0 {
            var maker = ExpressionMaker(UnsafeRawBufferPointer(rebasing: bytes.dropFirst()))
            text = maker.expression()
        }
        return disagreement(on: text).map { "\($0) in `\(text)`" }
    }

    private static let world = EvaluationWorld()

    /// What two ways of evaluating a text say differently; nil when they agree.
    ///
    /// The length of the text says which of the environments it is checked in, and whether it is evaluated unchecked as
    /// well: inputs that change are what finds faults, not all ways for each.
    static func disagreement(on text: String) -> String? {
        let parsed = parse(text, limits: world.open.limits)
        guard parsed.diagnostics.isEmpty, parsed.expr != nil else { return nil }
        let environment = text.utf8.count % 2 == 0 ? world.strict : world.open
        let result = environment.check(parsed)
        if let fault = misplaced(result.diagnostics, in: text) { return fault }
        if let fault = rendered(result.diagnostics, of: text) { return fault }
        guard let checked = result.checked else { return uncheckedOutcome(of: parsed)?.fault }
        let outcome = outcome(of: checked.program(in: environment))
        if let fault = outcome.fault { return fault }
        guard text.utf8.count % 4 < 2, let unchecked = uncheckedOutcome(of: parsed) else { return nil }
        if let fault = unchecked.fault { return fault }
        return unchecked.agrees(with: outcome)
            ? nil : "checked \(outcome.value), unchecked \(unchecked.value)"
    }

    private static func uncheckedOutcome(of parsed: ParseResult) -> Outcome? {
        world.open.resolveUnchecked(parsed).map { outcome(of: $0.program(in: world.open)) }
    }

    /// What a program gives in each of its three forms.
    private static func outcome(of program: Program) -> Outcome {
        world.run { frame in
            let value = program.value(frame)
            let slot = program.slot(frame)
            var slotResult: Result<Value, EvaluationFailure> = .failure(frame.context.failure ?? .emptyOptional)
            if let slot, let held = Value(scalarOrBox: slot) { slotResult = .success(held) }
            let truth = program.truth(frame)
            let truthFailure = truth == .failed ? frame.context.failure : nil
            return Outcome(value: value, slot: slotResult, truth: truth, truthFailure: truthFailure)
        }
    }

    /// The three answers of one program.
    struct Outcome {
        let value: Result<Value, EvaluationFailure>
        let slot: Result<Value, EvaluationFailure>
        let truth: Truth
        let truthFailure: EvaluationFailure?

        /// How the answers differ; limits are passed over, since each way counts its own steps.
        var fault: String? {
            if isLimit(value) || isLimit(slot) { return nil }
            if case .limit? = truthFailure { return nil }
            switch (value, slot) {
            case (.success(let one), .success(let two)):
                if !isSame(one, two) { return "the value is \(one), the slot \(two)" }
            case (.failure, .failure): break
            default: return "the value is \(value), the slot \(slot)"
            }
            let expected: Truth =
                switch value {
                case .success(.bool(let flag)): flag ? .yes : .no
                default: .failed
                }
            return truth == expected ? nil : "the value is \(value), the truth \(truth)"
        }

        /// Whether both have the same value, or one has none.
        func agrees(with other: Outcome) -> Bool {
            guard case .success(let one) = value, case .success(let two) = other.value else { return true }
            return isSame(one, two)
        }

        private func isLimit(_ result: Result<Value, EvaluationFailure>) -> Bool {
            if case .failure(.limit) = result { return true }
            return false
        }
    }

    /// Exactly the same, where any NaN is any other.
    private static func isSame(_ one: Value, _ two: Value) -> Bool {
        switch (one, two) {
        case (.double(let left), .double(let right)): left.bitPattern == right.bitPattern || left.isNaN && right.isNaN
        case (.list(let left), .list(let right)):
            left.count == right.count && zip(left, right).allSatisfy { isSame($0, $1) }
        case (.map(let left), .map(let right)):
            left.count == right.count && zip(left.keys, right.keys).allSatisfy { isSame($0, $1) }
                && zip(left.values, right.values).allSatisfy { isSame($0, $1) }
        case (.optional(let left?), .optional(let right?)): isSame(left, right)
        default: one == two
        }
    }
}
