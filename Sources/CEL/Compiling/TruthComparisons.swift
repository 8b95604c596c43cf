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
    func isScalar(_ expr: Expr) -> Bool {
        switch type(expr).withoutNull {
        case .bool, .int, .uint, .double, .string, .timestamp, .duration, .null: true
        default: false
        }
    }

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
        return { frame in
            let first = one(frame)
            if first.tag == .unknown { return .failed }
            let second = two(frame)
            if second.tag == .unknown { return .failed }
            return slotsEqual(first, second) ? yes : no
        }
    }

    private func isNull(_ expr: Expr) -> Bool {
        if case .literal(.null) = expr.kind { return true }
        return false
    }

    private mutating func nullTest(_ operand: Expr, _ yes: Truth, _ no: Truth) -> TruthCode? {
        if let row = rowCode(operand) { return { frame in row(frame) == nil ? yes : no } }
        if let (table, index, name) = address(operand) {
            return { frame in
                guard let row = frame.tables[table] else { return frame.context.undecided(.null(name: name)) }
                let tag = row[index].tag
                if tag == .null { return yes }
                return tag == .unknown ? frame.context.undecided(.unknown(field: name)) : no
            }
        }
        guard isScalar(operand) || isRead(operand) else { return nil }
        let code = slot(operand)
        return { frame in
            let tag = code(frame).tag
            return tag == .null ? yes : tag == .unknown ? .failed : no
        }
    }

    private func isRead(_ expr: Expr) -> Bool {
        switch reference(expr) {
        case .variable?: true
        case .field(let field, _)?: !field.isJSONText
        default: false
        }
    }

    private mutating func equality(_ operand: Expr, _ known: Value, _ yes: Truth, _ no: Truth) -> TruthCode? {
        if case .string(let text) = known, let (table, index, name) = address(operand) {
            let constant = ConstantText(text)
            return { frame in
                guard let row = frame.tables[table] else { return frame.context.undecided(.null(name: name)) }
                let slot = row[index]
                if slot.tag == .string { return textEqual(slot, constant.slot) ? yes : no }
                return slot.tag == .unknown ? frame.context.undecided(.unknown(field: name)) : no
            }
        }
        let code = slot(operand)
        if case .int(let number) = known {
            let bits = UInt64(bitPattern: number)
            let fixed = Slot.int(number)
            return { frame in
                let slot = code(frame)
                if slot.tag == .int { return slot.bits == bits ? yes : no }
                return slot.tag == .unknown ? .failed : slotsEqual(slot, fixed) ? yes : no
            }
        }
        let (holder, fixed) = constantSlot(known)
        guard let fixed else { return nil }
        return { frame in
            let slot = code(frame)
            if slot.tag == .unknown { return .failed }
            return withExtendedLifetime(holder) { slotsEqual(slot, fixed) ? yes : no }
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
        let one = slot(left)
        let two = slot(right)
        let span = expr.span
        // The orders for which the operator holds, as bits: 1 for less, 2 for equal, 4 for greater.
        let wanted: Int =
            switch operation {
            case .less: 1
            case .lessOrEqual: 3
            case .greater: 4
            default: 6
            }
        let mark = operation.rawValue
        return { frame in
            let first = one(frame)
            if first.tag == .unknown { return .failed }
            let second = two(frame)
            if second.tag == .unknown { return .failed }
            let order = slotsOrder(first, second)
            if order < 2 { return wanted >> (order + 1) & 1 == 1 ? .yes : .no }
            if order == 2 { return .no }
            let isNull = first.tag == .null || second.tag == .null
            return frame.context.undecided(
                isNull ? .null(name: "an operand of \(mark)") : .noOverload(mark), at: span)
        }
    }

    private mutating func membership(_ expr: Expr, _ left: Expr, _ right: Expr) -> TruthCode? {
        guard isScalar(left) else { return nil }
        if case .list(let elements)? = constant(right) { return membership(left, elements) }
        guard case .list = type(right).withoutNull, isRead(right) else { return nil }
        let one = slot(left)
        let two = slot(right)
        let span = expr.span
        return { frame in
            let wanted = one(frame)
            if wanted.tag == .unknown { return .failed }
            let list = two(frame)
            if list.tag == .unknown { return .failed }
            guard list.tag == .reference, let box = ValueBox.at(list) else {
                return frame.context.undecided(.null(name: "the right side of `in`"), at: span)
            }
            return box._withUnsafeGuaranteedRef { box in
                guard let slots = box.slots else { return slowMembership(wanted, box.value) }
                for slot in slots where slotsEqual(slot, wanted) { return .yes }
                return .no
            }
        }
    }

    private mutating func membership(_ left: Expr, _ elements: [Value]) -> TruthCode? {
        let texts = elements.compactMap { value -> String? in
            if case .string(let text) = value { return text }
            return nil
        }
        let one = slot(left)
        if texts.count == elements.count, !texts.isEmpty {
            let set = TextSet(texts)
            return { frame in
                let slot = one(frame)
                if slot.tag == .string { return set.contains(slot) ? .yes : .no }
                return slot.tag == .unknown ? .failed : .no
            }
        }
        let numbers = elements.compactMap { value -> Int64? in
            if case .int(let number) = value { return number }
            return nil
        }
        if numbers.count == elements.count, type(left).withoutNull == .int {
            let set = Set(numbers)
            return { frame in
                let slot = one(frame)
                if slot.tag == .int { return set.contains(slot.intValue) ? .yes : .no }
                return slot.tag == .unknown ? .failed : .no
            }
        }
        return { frame in
            let slot = one(frame)
            if slot.tag == .unknown { return .failed }
            return slowMembership(slot, .list(elements))
        }
    }
}

/// Membership by values, for lists that have no form as slots.
private func slowMembership(_ slot: Slot, _ list: Value) -> Truth {
    guard let wanted = Value(scalarOrBox: slot), case .list(let elements) = list else { return .no }
    return elements.contains { $0.equals(wanted) } ? .yes : .no
}
