import FieldStorage

/// `exists` and `all` over lists that lie as slots or rows.
extension Compiler {
    /// nil for macros and ranges that have no such form.
    mutating func quantified(_ loop: Expr.Comprehension) -> TruthCode? {
        if loop.macro == .existsOne { return existsOne(loop) }
        guard loop.macro == .exists || loop.macro == .all, loop.second == nil, let condition = loop.condition,
            let range = slotRange(loop.range)
        else { return nil }
        if let object = range.object { return overRows(loop, range.code, object, condition) }
        return overSlots(loop, range.code, condition)
    }

    /// A list that lies as slots, or as rows of `object`; nil for others.
    private mutating func slotRange(_ list: Expr) -> (code: SlotCode, object: ObjectType?)? {
        guard case .list(let element) = type(list).withoutNull else { return nil }
        let code: SlotCode
        if let known = constant(list) {
            let box = ValueBox(known)
            guard box.slots != nil else { return nil }
            code = SlotCode { _ in .reference(box) }
        } else {
            switch reference(list) {
            case .variable?, .field?: code = slot(list)
            default: return nil
            }
        }
        switch element.withoutNull {
        case .object(let name): return environment.objects[name].map { (code, $0) }
        case .bool, .int, .uint, .double, .string, .timestamp, .duration: return (code, nil)
        default: return nil
        }
    }

    private mutating func existsOne(_ loop: Expr.Comprehension) -> TruthCode? {
        guard let count = counted(loop) else { return nil }
        return TruthCode { frame in
            let slot = count(frame)
            return slot.tag == .unknown ? .failed : slot.intValue == 1 ? .yes : .no
        }
    }

    /// For how many elements the condition of `filter` or `exists_one` holds; nil for ranges that lie otherwise.
    mutating func counted(_ loop: Expr.Comprehension) -> SlotCode? {
        guard loop.second == nil, let condition = loop.condition, let (range, object) = slotRange(loop.range) else {
            return nil
        }
        let place = push(loop.first.name, object.map { .row($0) } ?? .slot)
        defer { pop() }
        let test = truth(condition)
        let span = loop.range.span
        return SlotCode { frame in
            let list = range(frame)
            if list.tag == .unknown { return list }
            guard list.tag == .reference, let box = ValueBox.at(list) else {
                return frame.context.failed(.null(name: "the list of a macro"), at: span)
            }
            let (slots, rows) = box._withUnsafeGuaranteedRef { ($0.slots, $0.rows) }
            let context = frame.context
            guard let size = rows?.count ?? slots?.count else {
                return context.failed(.noOverload("a macro"), at: span)
            }
            var count: Int64 = 0
            for element in 0..<size {
                context.stepsLeft -= 1
                if context.stepsLeft < 0 { return context.failed(.limit(.steps), at: span) }
                if let rows { context.localRows[place] = rows[element] }
                if let slots { context.localSlots[place] = slots[element] }
                switch test(frame) {
                case .yes: count += 1
                case .no: break
                case .failed: return .unknown
                }
            }
            return .int(count)
        }
    }

    private mutating func overSlots(
        _ loop: Expr.Comprehension, _ range: SlotCode, _ condition: Expr
    ) -> TruthCode {
        let place = push(loop.first.name, .slot)
        defer { pop() }
        let test = truth(condition)
        let isExists = loop.macro == .exists
        let span = loop.range.span
        return TruthCode { frame in
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
                if one == .failed {
                    if context.stepsLeft < 0 { return .failed }
                    result = .failed
                }
            }
            return result
        }
    }

    private mutating func overRows(
        _ loop: Expr.Comprehension, _ range: SlotCode, _ object: ObjectType, _ condition: Expr
    ) -> TruthCode {
        let place = push(loop.first.name, .row(object))
        defer { pop() }
        let test = truth(condition)
        let isExists = loop.macro == .exists
        let span = loop.range.span
        return TruthCode { frame in
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
                if one == .failed {
                    if context.stepsLeft < 0 { return .failed }
                    result = .failed
                }
            }
            return result
        }
    }
}
