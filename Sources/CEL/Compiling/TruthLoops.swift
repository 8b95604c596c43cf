import FieldStorage

/// `exists` and `all` over lists that lie as slots or rows.
extension Compiler {
    /// nil for macros and ranges that have no such form.
    mutating func quantified(_ loop: Expr.Comprehension) -> TruthCode? {
        guard loop.macro == .exists || loop.macro == .all, loop.second == nil, let condition = loop.condition,
            case .list(let element) = type(loop.range).withoutNull
        else { return nil }
        let range: SlotCode
        if let known = constant(loop.range) {
            let box = ValueBox(known)
            guard box.slots != nil else { return nil }
            range = { _ in .reference(box) }
        } else {
            switch reference(loop.range) {
            case .variable?, .field?: range = slot(loop.range)
            default: return nil
            }
        }
        if case .object(let name) = element.withoutNull, let object = environment.objects[name] {
            return overRows(loop, range, object, condition)
        }
        switch element.withoutNull {
        case .bool, .int, .uint, .double, .string, .timestamp, .duration: return overSlots(loop, range, condition)
        default: return nil
        }
    }

    private mutating func overSlots(
        _ loop: Expr.Comprehension, _ range: @escaping SlotCode, _ condition: Expr
    ) -> TruthCode {
        let place = push(loop.first.name, .slot)
        defer { pop() }
        let test = truth(condition)
        let isExists = loop.macro == .exists
        let span = loop.range.span
        return { frame in
            let list = range(frame)
            guard list.tag == .reference, let box = ValueBox.at(list) else {
                if list.tag == .unknown { return .failed }
                return frame.context.undecided(.null(name: "the list of a macro"), at: span)
            }
            guard let slots = box._withUnsafeGuaranteedRef({ $0.slots }) else {
                return frame.context.undecided(.noOverload("a macro"), at: span)
            }
            let context = frame.context
            var result: Truth = isExists ? .no : .yes
            for slot in slots {
                context.stepsLeft -= 1
                if context.stepsLeft < 0 { return context.undecided(.limit(.steps), at: span) }
                context.localSlots[place] = slot
                let one = test(frame)
                if one == (isExists ? .yes : .no) { return one }
                if one == .failed { result = .failed }
            }
            return result
        }
    }

    private mutating func overRows(
        _ loop: Expr.Comprehension, _ range: @escaping SlotCode, _ object: ObjectType, _ condition: Expr
    ) -> TruthCode {
        let place = push(loop.first.name, .row(object))
        defer { pop() }
        let test = truth(condition)
        let isExists = loop.macro == .exists
        let span = loop.range.span
        return { frame in
            let list = range(frame)
            guard list.tag == .reference, let box = ValueBox.at(list) else {
                if list.tag == .unknown { return .failed }
                return frame.context.undecided(.null(name: "the list of a macro"), at: span)
            }
            let context = frame.context
            guard let rows = box._withUnsafeGuaranteedRef({ $0.rows }) else {
                let isEmpty = box._withUnsafeGuaranteedRef { $0.slots?.isEmpty ?? false }
                if isEmpty { return isExists ? .no : .yes }
                return context.undecided(.noOverload("a macro"), at: span)
            }
            var result: Truth = isExists ? .no : .yes
            for row in rows {
                context.stepsLeft -= 1
                if context.stepsLeft < 0 { return context.undecided(.limit(.steps), at: span) }
                context.localRows[place] = row
                let one = test(frame)
                if one == (isExists ? .yes : .no) { return one }
                if one == .failed { result = .failed }
            }
            return result
        }
    }
}
