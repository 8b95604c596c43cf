import FieldStorage
import Timekeeping

/// Arithmetic and a few calls over slots.
extension Compiler {
    /// nil for operators and operands that have no such form.
    mutating func arithmetic(
        _ expr: Expr, _ operation: BinaryOperator, _ left: Expr, _ right: Expr
    ) -> SlotCode? {
        let one = type(left).withoutNull
        let two = type(right).withoutNull
        let apply: SlotOperation?
        switch (one, two) {
        case (.int, .int): apply = Self.wholeNumbers(operation)
        case (.double, .double): apply = Self.doubles(operation)
        case (.timestamp, .duration), (.timestamp, .timestamp), (.duration, .timestamp), (.duration, .duration):
            apply = Self.times(operation)
        default: apply = nil
        }
        guard let apply else { return nil }
        let first = slot(left)
        let second = slot(right)
        let mark = operation.rawValue
        let span = expr.span
        return { frame in
            let one = first(frame)
            if one.tag == .unknown { return one }
            let two = second(frame)
            if two.tag == .unknown { return two }
            if one.tag == .null || two.tag == .null {
                return frame.context.failed(.null(name: "an operand of \(mark)"), at: span)
            }
            let result = apply(one, two)
            if result.tag != .unknown { return result }
            return frame.context.failed(Self.reason(operation, two), at: span)
        }
    }

    /// Gives `unknown` when the result is out of range.
    private typealias SlotOperation = @Sendable (Slot, Slot) -> Slot

    private static func reason(_ operation: BinaryOperator, _ divisor: Slot) -> EvaluationFailure {
        let isDivision = operation == .divide || operation == .remainder
        return isDivision && divisor.bits == 0 ? .divisionByZero : .overflow
    }

    private static func whole(_ result: (partialValue: Int64, overflow: Bool)) -> Slot {
        result.overflow ? .unknown : .int(result.partialValue)
    }

    private static func wholeNumbers(_ operation: BinaryOperator) -> SlotOperation? {
        switch operation {
        case .add: { whole($0.intValue.addingReportingOverflow($1.intValue)) }
        case .subtract: { whole($0.intValue.subtractingReportingOverflow($1.intValue)) }
        case .multiply: { whole($0.intValue.multipliedReportingOverflow(by: $1.intValue)) }
        case .divide: { whole($0.intValue.dividedReportingOverflow(by: $1.intValue)) }
        case .remainder: { whole($0.intValue.remainderReportingOverflow(dividingBy: $1.intValue)) }
        default: nil
        }
    }

    private static func doubles(_ operation: BinaryOperator) -> SlotOperation? {
        switch operation {
        case .add: { .double($0.doubleValue + $1.doubleValue) }
        case .subtract: { .double($0.doubleValue - $1.doubleValue) }
        case .multiply: { .double($0.doubleValue * $1.doubleValue) }
        case .divide: { .double($0.doubleValue / $1.doubleValue) }
        default: nil
        }
    }

    private static func times(_ operation: BinaryOperator) -> SlotOperation? {
        switch operation {
        case .add:
            { one, two in
                if one.tag == .timestamp { return moment(shift(one.timestampValue, by: two.durationValue)) }
                if two.tag == .timestamp { return moment(shift(two.timestampValue, by: one.durationValue)) }
                return length(addSpans(one.durationValue, two.durationValue))
            }
        case .subtract:
            { one, two in
                if one.tag == .duration { return length(subtractSpans(one.durationValue, two.durationValue)) }
                if two.tag == .timestamp { return length(difference(one.timestampValue, two.timestampValue)) }
                return moment(shift(one.timestampValue, by: -two.durationValue))
            }
        default: nil
        }
    }

    private static func moment(_ moment: Timestamp?) -> Slot {
        moment.map { .timestamp(seconds: $0.seconds, nanoseconds: $0.nanoseconds) } ?? .unknown
    }

    private static func length(_ span: TimeSpan?) -> Slot {
        span.map { .duration(seconds: $0.seconds, nanoseconds: $0.nanoseconds) } ?? .unknown
    }

    // MARK: Calls

    /// `x.getHours("Europe/Berlin")`, `size(x)` and `double(n)`; nil for other calls.
    mutating func slotCall(_ expr: Expr) -> SlotCode? {
        guard case .call(let name, _, let receiver, let arguments) = expr.kind else { return nil }
        if let part = TimePart(rawValue: name), let receiver, type(receiver).withoutNull == .timestamp {
            return timePart(expr, part, receiver, arguments)
        }
        let operands = (receiver.map { [$0] } ?? []) + arguments
        guard operands.count == 1 else { return nil }
        switch (name, type(operands[0]).withoutNull) {
        case ("size", .list): return listSize(expr, operands[0])
        case ("double", .int) where receiver == nil:
            let code = slot(operands[0])
            let span = expr.span
            return { frame in
                let slot = code(frame)
                if slot.tag == .int { return .double(Double(slot.intValue)) }
                return slot.tag == .unknown
                    ? slot : frame.context.failed(.null(name: "the argument of double"), at: span)
            }
        default: return nil
        }
    }

    private mutating func listSize(_ expr: Expr, _ operand: Expr) -> SlotCode? {
        guard reference(operand) != nil else { return nil }
        let code = slot(operand)
        let span = expr.span
        return { frame in
            let slot = code(frame)
            guard slot.tag == .reference, let box = ValueBox.at(slot) else {
                return slot.tag == .unknown ? slot : frame.context.failed(.null(name: "the argument of size"), at: span)
            }
            return box._withUnsafeGuaranteedRef { box in
                guard case .list(let elements) = box.value else { return frame.context.failed(.noOverload("size")) }
                return .int(Int64(elements.count))
            }
        }
    }

    private mutating func timePart(
        _ expr: Expr, _ part: TimePart, _ receiver: Expr, _ arguments: [Expr]
    ) -> SlotCode? {
        var zoneName: String?
        if let argument = arguments.first {
            guard arguments.count == 1, case .string(let name)? = constant(argument) else { return nil }
            zoneName = name
        }
        let code = slot(receiver)
        let span = expr.span
        let known = zoneName
        return { frame in
            let slot = code(frame)
            guard slot.tag == .timestamp else {
                if slot.tag == .unknown { return slot }
                return frame.context.failed(.null(name: "the time before `.\(part.rawValue)`"), at: span)
            }
            var offset: Int64 = 0
            if let known {
                guard let zone = frame.context.zones.zone(known) else {
                    return frame.context.failed(
                        .invalidArgument("there is no time zone `\(known.prefix(64))`"), at: span)
                }
                offset = zone.offset(at: slot.intValue)
            }
            return .int(part.of(slot.timestampValue, offset: offset))
        }
    }
}

extension Slot {
    var timestampValue: Timestamp { Timestamp(seconds: intValue, nanoseconds: count) }

    var durationValue: TimeSpan {
        TimeSpan(seconds: intValue, nanoseconds: Int64(Int32(bitPattern: count)))
    }
}
