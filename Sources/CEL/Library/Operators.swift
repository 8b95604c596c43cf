import Timekeeping

/// Arithmetic, order and membership over values.
extension Library {
    static func operation(_ operation: BinaryOperator) -> Operation {
        switch operation {
        case .equal: { one, two, _ throws(EvaluationFailure) in .bool(one.equals(two)) }
        case .notEqual: { one, two, _ throws(EvaluationFailure) in .bool(!one.equals(two)) }
        case .less: { one, two, _ throws(EvaluationFailure) in .bool(try compare(one, two, "<") { $0 < 0 }) }
        case .lessOrEqual: { one, two, _ throws(EvaluationFailure) in .bool(try compare(one, two, "<=") { $0 <= 0 }) }
        case .greater: { one, two, _ throws(EvaluationFailure) in .bool(try compare(one, two, ">") { $0 > 0 }) }
        case .greaterOrEqual:
            { one, two, _ throws(EvaluationFailure) in .bool(try compare(one, two, ">=") { $0 >= 0 }) }
        case .isIn: { one, two, context throws(EvaluationFailure) in try membership(one, two, context) }
        case .add: { one, two, context throws(EvaluationFailure) in try add(one, two, context) }
        case .subtract: { one, two, _ throws(EvaluationFailure) in try subtract(one, two) }
        case .multiply: { one, two, _ throws(EvaluationFailure) in try multiply(one, two) }
        case .divide: { one, two, _ throws(EvaluationFailure) in try divide(one, two) }
        case .remainder: { one, two, _ throws(EvaluationFailure) in try remainder(one, two) }
        }
    }

    private static func compare(
        _ one: Value, _ two: Value, _ mark: String, _ holds: (Int) -> Bool
    ) throws(EvaluationFailure) -> Bool {
        if let order = one.compared(to: two) { return holds(order) }
        if one.isOrdered(with: two) { return false }
        if one == .null || two == .null { throw .null(name: "an operand of \(mark)") }
        throw .noOverload(mark)
    }

    private static func membership(
        _ one: Value, _ two: Value, _ context: EvaluationContext
    ) throws(EvaluationFailure) -> Value {
        switch two {
        case .list(let elements):
            try context.spend(elements.count)
            return .bool(elements.contains { $0.equals(one) })
        case .map(let map): return .bool(map[one] != nil)
        case .null: throw .null(name: "the right side of `in`")
        default: throw .noOverload("in")
        }
    }

    static func checked<T>(_ result: (partialValue: T, overflow: Bool)) throws(EvaluationFailure) -> T {
        if result.overflow { throw .overflow }
        return result.partialValue
    }

    private static func require<T>(_ value: T?) throws(EvaluationFailure) -> T {
        guard let value else { throw .overflow }
        return value
    }

    private static func add(
        _ one: Value, _ two: Value, _ context: EvaluationContext
    ) throws(EvaluationFailure) -> Value {
        switch (one, two) {
        case (.int(let left), .int(let right)): return .int(try checked(left.addingReportingOverflow(right)))
        case (.uint(let left), .uint(let right)): return .uint(try checked(left.addingReportingOverflow(right)))
        case (.double(let left), .double(let right)): return .double(left + right)
        case (.string(let left), .string(let right)):
            try context.spendText(left.utf8.count + right.utf8.count)
            return .string(left + right)
        case (.bytes(let left), .bytes(let right)):
            try context.spendText(left.count + right.count)
            return .bytes(left + right)
        case (.list(let left), .list(let right)):
            try context.spendList(left.count + right.count)
            return .list(left + right)
        case (.timestamp(let left), .duration(let right)), (.duration(let right), .timestamp(let left)):
            return .timestamp(try require(shift(left, by: right)))
        case (.duration(let left), .duration(let right)): return .duration(try require(addSpans(left, right)))
        default: throw mismatch(one, two, "+")
        }
    }

    private static func mismatch(_ one: Value, _ two: Value, _ mark: String) -> EvaluationFailure {
        one == .null || two == .null ? .null(name: "an operand of \(mark)") : .noOverload(mark)
    }

    private static func subtract(_ one: Value, _ two: Value) throws(EvaluationFailure) -> Value {
        switch (one, two) {
        case (.int(let left), .int(let right)): .int(try checked(left.subtractingReportingOverflow(right)))
        case (.uint(let left), .uint(let right)): .uint(try checked(left.subtractingReportingOverflow(right)))
        case (.double(let left), .double(let right)): .double(left - right)
        case (.timestamp(let left), .timestamp(let right)): .duration(try require(difference(left, right)))
        case (.timestamp(let left), .duration(let right)): .timestamp(try require(shift(left, by: -right)))
        case (.duration(let left), .duration(let right)): .duration(try require(subtractSpans(left, right)))
        default: throw mismatch(one, two, "-")
        }
    }

    private static func multiply(_ one: Value, _ two: Value) throws(EvaluationFailure) -> Value {
        switch (one, two) {
        case (.int(let left), .int(let right)): .int(try checked(left.multipliedReportingOverflow(by: right)))
        case (.uint(let left), .uint(let right)): .uint(try checked(left.multipliedReportingOverflow(by: right)))
        case (.double(let left), .double(let right)): .double(left * right)
        default: throw mismatch(one, two, "*")
        }
    }

    private static func divide(_ one: Value, _ two: Value) throws(EvaluationFailure) -> Value {
        switch (one, two) {
        case (.int, .int(0)), (.uint, .uint(0)): throw .divisionByZero
        case (.int(let left), .int(let right)): .int(try checked(left.dividedReportingOverflow(by: right)))
        case (.uint(let left), .uint(let right)): .uint(left / right)
        case (.double(let left), .double(let right)): .double(left / right)
        default: throw mismatch(one, two, "/")
        }
    }

    private static func remainder(_ one: Value, _ two: Value) throws(EvaluationFailure) -> Value {
        switch (one, two) {
        case (.int, .int(0)), (.uint, .uint(0)): throw .divisionByZero
        case (.int(let left), .int(let right)):
            .int(try checked(left.remainderReportingOverflow(dividingBy: right)))
        case (.uint(let left), .uint(let right)): .uint(left % right)
        default: throw mismatch(one, two, "%")
        }
    }

    static func negate(_ value: Value) throws(EvaluationFailure) -> Value {
        switch value {
        case .int(let number): return .int(try checked(Int64(0).subtractingReportingOverflow(number)))
        case .double(let number): return .double(-number)
        case .duration(let span): return .duration(-span)
        case .null: throw .null(name: "the operand of -")
        default: throw .noOverload("-")
        }
    }
}

extension EvaluationContext {
    /// Takes the cost of a text of so many bytes, and refuses one that is too long.
    func spendText(_ bytes: Int) throws(EvaluationFailure) {
        if bytes > limits.textResultBytes { throw .limit(.textBytes) }
        try spend(1 + bytes / 64)
    }

    /// Takes the cost of a list of so many elements, and refuses one that is too long.
    func spendList(_ count: Int) throws(EvaluationFailure) {
        if count > limits.listElements { throw .limit(.listElements) }
        try spend(1 + count / 16)
    }
}
