import Diagnostics
import FieldStorage

/// `==`, `<`, `in` and the like over slots.
extension Compiler {
    /// nil where operands have no form over slots.
    mutating func comparison(
        _ expr: Expr, _ operation: BinaryOperator, _ left: Expr, _ right: Expr
    ) -> TruthCode? {
        switch operation {
        case .equal, .notEqual: return equality(left, right, wanted: operation == .equal)
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            guard isScalar(left), isScalar(right) else { return nil }
            return ordering(expr, operation, left, right)
        case .isIn: return membership(expr, left, right)
        default: return nil
        }
    }

    /// Whether the node's values fit into a slot without a box.
    func isScalar(_ expr: Expr) -> Bool { type(expr).withoutNull.isScalar }

    private mutating func equality(_ left: Expr, _ right: Expr, wanted: Bool) -> TruthCode? {
        let yes: Truth = wanted ? .yes : .no
        let no: Truth = wanted ? .no : .yes
        if isNull(right) { return nullTest(left, yes, no) }
        if isNull(left) { return nullTest(right, yes, no) }
        guard isScalar(left), isScalar(right) else { return nil }
        if let known = constant(right) { return equality(left, known, yes, no) }
        if let known = constant(left) { return equality(right, known, yes, no) }
        let one = slot(left)
        let two = slot(right)
        return TruthCode { frame in
            let first = one(frame)
            if first.tag == .unknown { return .failed }
            let second = two(frame)
            if second.tag == .unknown { return .failed }
            return slotsEqual(first, second) ? yes : no
        }
    }

    private mutating func equality(_ operand: Expr, _ known: Value, _ yes: Truth, _ no: Truth) -> TruthCode? {
        switch known {
        case .string(let text): return truth(of: operand, EqualsText(text, yes, no))
        case .int(let number): return truth(of: operand, EqualsInt(number: number, yes: yes, no: no))
        default:
            guard let fixed = known.slotWithoutText else { return nil }
            return truth(of: operand, EqualsSlot(wanted: fixed, yes: yes, no: no))
        }
    }

    private func isNull(_ expr: Expr) -> Bool {
        if case .literal(.null) = expr.kind { return true }
        return false
    }

    private mutating func nullTest(_ operand: Expr, _ yes: Truth, _ no: Truth) -> TruthCode? {
        if let place = rowPlace(operand) { return TruthCode { frame in place.row(frame) == nil ? yes : no } }
        guard isScalar(operand) || isRead(operand) else { return nil }
        return truth(of: operand, IsNull(yes: yes, no: no))
    }

    /// Whether the node is a variable or a field that lies as a slot.
    func isRead(_ expr: Expr) -> Bool {
        switch reference(expr) {
        case .variable?: true
        case .field(let field, _)?: !field.isJSONText
        default: false
        }
    }

    /// A slot for a scalar constant, and what keeps its text.
    func constantSlot(_ value: Value) -> (ConstantText?, Slot?) {
        if case .string(let text) = value {
            let holder = ConstantText(text)
            return (holder, holder.slot)
        }
        return (nil, value.slotWithoutText)
    }

    private mutating func ordering(
        _ expr: Expr, _ operation: BinaryOperator, _ left: Expr, _ right: Expr
    ) -> TruthCode {
        let wanted = WantedOrder(operation, span: expr.span)
        if case .int(let number)? = constant(right) {
            return truth(of: left, OrderedToInt(number: number, wanted: wanted))
        }
        if let fixed = constant(right)?.slotWithoutText {
            return truth(of: left, OrderedToSlot(other: fixed, wanted: wanted))
        }
        let one = slot(left)
        let two = slot(right)
        return TruthCode { frame in
            let first = one(frame)
            if first.tag == .unknown { return .failed }
            let second = two(frame)
            if second.tag == .unknown { return .failed }
            return wanted.holds(first, second, frame)
        }
    }

    // MARK: Membership

    private mutating func membership(_ expr: Expr, _ left: Expr, _ right: Expr) -> TruthCode? {
        guard isScalar(left) else { return nil }
        if case .list(let elements)? = constant(right) { return membership(left, elements) }
        guard case .list = type(right).withoutNull, isRead(right) else { return nil }
        let span = expr.span
        if case .string(let text)? = constant(left) {
            return truth(of: right, HasText(wanted: ConstantText(text), span: span))
        }
        let one = slot(left)
        let two = slot(right)
        return TruthCode { frame in
            let wanted = one(frame)
            if wanted.tag == .unknown { return .failed }
            let list = two(frame)
            if list.tag == .unknown { return .failed }
            return elementTest(list, span, frame) {
                slotsEqual($0, wanted)
            } slow: {
                slowMembership(wanted, $0)
            }
        }
    }

    private mutating func membership(_ left: Expr, _ elements: [Value]) -> TruthCode? {
        let texts = elements.compactMap { value -> String? in
            if case .string(let text) = value { return text }
            return nil
        }
        if texts.count == elements.count, !texts.isEmpty { return truth(of: left, InTexts(texts: TextSet(texts))) }
        let numbers = elements.compactMap { value -> Int64? in
            if case .int(let number) = value { return number }
            return nil
        }
        if numbers.count == elements.count, !numbers.isEmpty, type(left).withoutNull == .int {
            return truth(of: left, InNumbers(numbers: NumberSet(numbers)))
        }
        return truth(of: left, InValues(elements: elements))
    }
}

/// `"text" in list`.
private struct HasText: SlotTest {
    let wanted: ConstantText
    let span: Span

    @inline(__always)
    func test(_ slot: Slot, _ frame: Frame) -> Truth {
        let wanted = wanted.slot
        return elementTest(slot, span, frame) { element in
            element.tag == .string && textEqual(element, wanted)
        } slow: {
            slowMembership(wanted, $0)
        }
    }
}

/// Whether a test holds for an element of the list that a slot refers to.
@inline(__always)
private func elementTest(
    _ list: Slot, _ span: Span, _ frame: Frame, _ holds: (Slot) -> Bool, slow: (Value) -> Truth
) -> Truth {
    guard list.tag == .reference, let box = ValueBox.at(list) else {
        return frame.context.undecided(.null(name: "the right side of `in`"), at: span)
    }
    return box._withUnsafeGuaranteedRef { box in
        guard let slots = box.slots else { return slow(box.value) }
        for slot in slots where holds(slot) { return .yes }
        return .no
    }
}

extension CELType {
    /// Whether values of the type fit into a slot without a box.
    var isScalar: Bool {
        switch self {
        case .bool, .int, .uint, .double, .string, .timestamp, .duration, .null: true
        default: false
        }
    }
}
