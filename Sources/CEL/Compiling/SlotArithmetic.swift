import Diagnostics
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
        return SlotCode { frame in
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
        if name == "orValue", let receiver { return fieldOrDefault(receiver, arguments) }
        let operands = (receiver.map { [$0] } ?? []) + arguments
        guard operands.count == 1 else { return nil }
        switch (name, type(operands[0]).withoutNull) {
        case ("size", .list):
            if case .comprehension(let loop) = operands[0].kind, loop.macro == .filter { return counted(loop) }
            guard reference(operands[0]) != nil else { return nil }
            return slot(of: operands[0], ListSize(span: expr.span))
        case ("size", .string): return slot(of: operands[0], TextSize(span: expr.span))
        case ("double", .int) where receiver == nil: return slot(of: operands[0], IntToDouble(span: expr.span))
        default: return nil
        }
    }

    /// `record.?field.orValue(constant)` for a scalar field.
    private mutating func fieldOrDefault(_ receiver: Expr, _ arguments: [Expr]) -> SlotCode? {
        guard case .select(let operand, let name, _, true) = receiver.kind,
            let (place, field) = field(name, of: operand),
            arguments.count == 1, let known = constant(arguments[0]), known.hasScalarSlot, field.type.isScalar
        else { return nil }
        let index = field.slot
        let fallback = slot(arguments[0])
        return SlotCode { frame in
            guard let row = place.row(frame) else { return frame.context.failed(.noSuchKey("`\(name)`")) }
            let slot = row[index]
            if slot.tag == .unknown { return frame.context.failed(.unknown(field: name)) }
            return slot.tag == .null ? fallback(frame) : slot
        }
    }

    /// The row of a record and its field of that name; nil for what is no such field.
    func field(_ name: String, of operand: Expr) -> (RowPlace, ObjectType.Field)? {
        guard case .object(let typeName) = type(operand).withoutNull, let place = rowPlace(operand),
            let field = environment.objects[typeName]?.field(name), !field.isJSONText
        else { return nil }
        return (place, field)
    }

    private mutating func timePart(
        _ expr: Expr, _ part: TimePart, _ receiver: Expr, _ arguments: [Expr]
    ) -> SlotCode? {
        guard let argument = arguments.first else {
            return slot(of: receiver, PartOfTime(part: part, offset: 0, span: expr.span))
        }
        guard arguments.count == 1, case .string(let name)? = constant(argument), let zone = ZoneTable.zone(name)
        else { return nil }
        if case .fixed(let offset) = zone {
            return slot(of: receiver, PartOfTime(part: part, offset: offset, span: expr.span))
        }
        guard case .changing(let rules) = zone else { return nil }
        return slot(of: receiver, PartOfZonedTime(part: part, zone: rules, span: expr.span))
    }
}

private struct IntToDouble: SlotTransform {
    let span: Span

    @inline(__always)
    func apply(_ slot: Slot, _ frame: Frame) -> Slot {
        if slot.tag == .int { return .double(Double(slot.intValue)) }
        return frame.context.failed(.null(name: "the argument of double"), at: span)
    }
}

private struct ListSize: SlotTransform {
    let span: Span

    @inline(__always)
    func apply(_ slot: Slot, _ frame: Frame) -> Slot {
        guard slot.tag == .reference, let box = ValueBox.at(slot) else {
            return frame.context.failed(.null(name: "the argument of size"), at: span)
        }
        return box._withUnsafeGuaranteedRef { box in
            if let slots = box.slots { return .int(Int64(slots.count)) }
            guard case .list(let elements) = box.value else { return frame.context.failed(.noOverload("size")) }
            return .int(Int64(elements.count))
        }
    }
}

private struct TextSize: SlotTransform {
    let span: Span

    @inline(__always)
    func apply(_ slot: Slot, _ frame: Frame) -> Slot {
        guard slot.tag == .string else {
            return frame.context.failed(.null(name: "the argument of size"), at: span)
        }
        var count: Int64 = 0
        for byte in slot.text where byte & 0xc0 != 0x80 { count += 1 }
        return .int(count)
    }
}

/// A part of a moment as clocks of one offset show it.
private struct PartOfTime: SlotTransform {
    let part: TimePart
    let offset: Int64
    let span: Span

    @inline(__always)
    func apply(_ slot: Slot, _ frame: Frame) -> Slot {
        guard slot.tag == .timestamp else {
            return frame.context.failed(.null(name: "the time before `.\(part.rawValue)`"), at: span)
        }
        return .int(part.of(slot.timestampValue, offset: offset))
    }
}

/// A part of a moment as clocks of a zone show it.
private struct PartOfZonedTime: SlotTransform {
    let part: TimePart
    let zone: ZoneOffsets
    let span: Span

    @inline(__always)
    func apply(_ slot: Slot, _ frame: Frame) -> Slot {
        guard slot.tag == .timestamp else {
            return frame.context.failed(.null(name: "the time before `.\(part.rawValue)`"), at: span)
        }
        return .int(part.of(slot.timestampValue, offset: zone.offset(at: slot.intValue)))
    }
}

extension Slot {
    var timestampValue: Timestamp { Timestamp(seconds: intValue, nanoseconds: count) }

    var durationValue: TimeSpan {
        TimeSpan(seconds: intValue, nanoseconds: Int64(Int32(bitPattern: count)))
    }
}
