import Diagnostics
import FieldStorage

/// Scalars over slots.
extension Compiler {
    /// The fastest form of a node; what has none is made by values and put into a slot.
    mutating func slot(_ expr: Expr) -> SlotCode {
        if let known = constant(expr) { return constantCode(known) }
        switch expr.kind {
        case .name, .select: return slotRead(expr) ?? slotFallback(expr)
        case .index(let operand, let index, false): return slotElement(expr, operand, index) ?? slotFallback(expr)
        case .conditional(let test, let yes, let no):
            let condition = truth(test)
            let left = slot(yes)
            let right = slot(no)
            return SlotCode { frame in
                switch condition(frame) {
                case .yes: left(frame)
                case .no: right(frame)
                case .failed: .unknown
                }
            }
        case .binary(let operation, let left, let right):
            return arithmetic(expr, operation, left, right) ?? slotOfTruth(expr)
        case .and, .or, .unary(.not, _), .has: return slotOfTruth(expr)
        case .comprehension: return slotOfTruth(expr)
        case .bind(let name, let known, let body): return boundSlot(name, known, body) ?? slotFallback(expr)
        case .call: return slotCall(expr) ?? slotOfTruth(expr)
        default: return slotFallback(expr)
        }
    }

    private func constantCode(_ known: Value) -> SlotCode {
        let (holder, fixed) = constantSlot(known)
        if let fixed { return SlotCode { _ in withExtendedLifetime(holder) { fixed } } }
        let box = ValueBox(known)
        return SlotCode { _ in .reference(box) }
    }

    /// A condition as a slot; the form over values for nodes of another type.
    private mutating func slotOfTruth(_ expr: Expr) -> SlotCode {
        guard type(expr) == .bool else { return slotFallback(expr) }
        let code = truth(expr)
        return SlotCode { frame in
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
        return SlotCode { frame in
            let before = frame.context.beginPlace()
            do throws(EvaluationFailure) {
                let slot = frame.context.slot(for: try code(frame))
                frame.context.failureSpan = before
                return slot
            } catch {
                frame.context.failure = error
                return .unknown
            }
        }
    }

    /// `cel.bind` of a scalar to a name, with any body.
    private mutating func boundSlot(_ name: Expr.Variable, _ known: Expr, _ body: Expr) -> SlotCode? {
        guard isScalar(known) else { return nil }
        let bound = slot(known)
        let place = push(name.name, .slot)
        defer { pop() }
        let inner = slot(body)
        return SlotCode { frame in
            let slot = bound(frame)
            if slot.tag == .unknown { return slot }
            frame.context.localSlots[place] = slot
            return inner(frame)
        }
    }

    /// `keys[0]`: a constant place in a list of scalars.
    private mutating func slotElement(_ expr: Expr, _ operand: Expr, _ index: Expr) -> SlotCode? {
        guard case .int(let place)? = constant(index), case .list = type(operand).withoutNull,
            slotRead(operand) != nil
        else { return nil }
        return slot(of: operand, ElementAt(place: place, span: expr.span))
    }
}

private struct ElementAt: SlotTransform {
    let place: Int64
    let span: Span

    @inline(__always)
    func apply(_ slot: Slot, _ frame: Frame) -> Slot {
        guard slot.tag == .reference, let box = ValueBox.at(slot) else {
            return frame.context.failed(.null(name: "the value before `[...]`"))
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
