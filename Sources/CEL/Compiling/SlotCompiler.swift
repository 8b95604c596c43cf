import FieldStorage

/// Scalars over slots.
extension Compiler {
    /// The fastest form of a node; what has none is made by values and put into a slot.
    mutating func slot(_ expr: Expr) -> SlotCode {
        if let known = constant(expr) {
            let (holder, fixed) = constantSlot(known)
            if let fixed { return { _ in withExtendedLifetime(holder) { fixed } } }
            let box = ValueBox(known)
            return { _ in .reference(box) }
        }
        switch expr.kind {
        case .name, .select: return slotRead(expr) ?? slotFallback(expr)
        case .index(let operand, let index, false): return slotElement(expr, operand, index) ?? slotFallback(expr)
        case .conditional(let test, let yes, let no):
            let condition = truth(test)
            let left = slot(yes)
            let right = slot(no)
            return { frame in
                switch condition(frame) {
                case .yes: left(frame)
                case .no: right(frame)
                case .failed: .unknown
                }
            }
        case .binary(let operation, let left, let right):
            return arithmetic(expr, operation, left, right) ?? slotOfTruth(expr)
        case .and, .or, .unary(.not, _), .comprehension: return slotOfTruth(expr)
        case .call: return slotCall(expr) ?? slotOfTruth(expr)
        default: return slotFallback(expr)
        }
    }

    /// A condition as a slot; the form over values for nodes of another type.
    private mutating func slotOfTruth(_ expr: Expr) -> SlotCode {
        guard type(expr) == .bool else { return slotFallback(expr) }
        let code = truth(expr)
        return { frame in
            switch code(frame) {
            case .yes: .bool(true)
            case .no: .bool(false)
            case .failed: .unknown
            }
        }
    }

    /// The form over values, as a slot.
    mutating func slotFallback(_ expr: Expr) -> SlotCode {
        let code = value(expr)
        return { frame in
            do throws(EvaluationFailure) {
                return frame.context.slot(for: try code(frame))
            } catch {
                frame.context.failure = error
                return .unknown
            }
        }
    }

    // MARK: Reading

    /// Where a declared scalar or a field of a record variable is; nil for other nodes.
    func address(_ expr: Expr) -> (table: Int, index: Int, name: String)? {
        switch reference(expr) {
        case .variable(let variable)?:
            guard case .slot(let address) = variable.binding else { return nil }
            return (address.table, address.index, variable.name)
        case .field(let field, _)?:
            guard case .select(let operand, _, _, false) = expr.kind, !field.isJSONText,
                case .variable(let variable)? = reference(operand), case .record(let table) = variable.binding
            else { return nil }
            return (table, field.slot, "\(variable.name).\(field.name)")
        default: return nil
        }
    }

    private func slotRead(_ expr: Expr) -> SlotCode? {
        if let (table, index, name) = address(expr) {
            return { frame in
                guard let row = frame.tables[table] else { return frame.context.failed(.null(name: name)) }
                let slot = row[index]
                return slot.tag == .unknown ? frame.context.failed(.unknown(field: name)) : slot
            }
        }
        if case .name(let name, false) = expr.kind, let local = local(name), case .slot = local.kind {
            let place = local.place
            return { frame in
                let slot = frame.context.localSlots[place]
                return slot.tag == .unknown ? frame.context.failed(.unknown(field: name)) : slot
            }
        }
        if case .field(let field, _)? = reference(expr), !field.isJSONText,
            case .select(let operand, _, _, false) = expr.kind, let row = rowCode(operand)
        {
            let index = field.slot
            let name = label(expr)
            return { frame in
                guard let slots = row(frame) else { return frame.context.failed(.null(name: name)) }
                let slot = slots[index]
                return slot.tag == .unknown ? frame.context.failed(.unknown(field: name)) : slot
            }
        }
        return nil
    }

    /// `keys[0]`: a constant place in a list of scalars.
    private mutating func slotElement(_ expr: Expr, _ operand: Expr, _ index: Expr) -> SlotCode? {
        guard case .int(let place)? = constant(index), case .list = type(operand).withoutNull,
            let list = slotRead(operand)
        else { return nil }
        let span = expr.span
        return { frame in
            let slot = list(frame)
            guard slot.tag == .reference, let box = ValueBox.at(slot) else {
                return slot.tag == .unknown ? slot : frame.context.failed(.null(name: "the value before `[...]`"))
            }
            return box._withUnsafeGuaranteedRef { box in
                if let slots = box.slots {
                    guard place >= 0, place < Int64(slots.count) else {
                        return frame.context.failed(.indexOutOfRange(place), at: span)
                    }
                    return slots[Int(place)]
                }
                do throws(EvaluationFailure) {
                    return frame.context.slot(for: try Library.element(.int(place), of: box.value))
                } catch { return frame.context.failed(error, at: span) }
            }
        }
    }
}
