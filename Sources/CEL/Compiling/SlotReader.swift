import FieldStorage

/// A way to get a slot that a closure has inside itself, instead of calling another closure for it.
///
/// Generic closures over readers and tests are specialised by the compiler, so that reading a field and testing it is
/// one call in all.
protocol SlotReader: Sendable {
    /// The slot; for the tag `unknown` the context's failure is set.
    func read(_ frame: Frame) -> Slot
}

/// A declared scalar, or a field of a record variable.
struct TableField: SlotReader {
    let table: Int
    let index: Int
    let name: String

    @inline(__always)
    func read(_ frame: Frame) -> Slot {
        guard let row = frame.tables[table] else { return absent(frame) }
        let slot = row[index]
        return slot.tag == .unknown ? unknown(frame) : slot
    }

    @inline(never)
    private func absent(_ frame: Frame) -> Slot { frame.context.failed(.null(name: name)) }

    @inline(never)
    private func unknown(_ frame: Frame) -> Slot { frame.context.failed(.unknown(field: name)) }
}

/// A field of a row that a macro visits.
struct RowField: SlotReader {
    let place: Int
    let index: Int
    let name: String

    @inline(__always)
    func read(_ frame: Frame) -> Slot {
        guard let row = frame.context.localRows[place] else { return absent(frame) }
        let slot = row[index]
        return slot.tag == .unknown ? unknown(frame) : slot
    }

    @inline(never)
    private func absent(_ frame: Frame) -> Slot { frame.context.failed(.null(name: name)) }

    @inline(never)
    private func unknown(_ frame: Frame) -> Slot { frame.context.failed(.unknown(field: name)) }
}

/// A macro variable that is a scalar.
struct LocalSlot: SlotReader {
    let place: Int
    let name: String

    @inline(__always)
    func read(_ frame: Frame) -> Slot {
        let slot = frame.context.localSlots[place]
        return slot.tag == .unknown ? unknown(frame) : slot
    }

    @inline(never)
    private func unknown(_ frame: Frame) -> Slot { frame.context.failed(.unknown(field: name)) }
}

/// Anything else: what a closure gives.
struct ComputedSlot: SlotReader {
    let code: SlotCode

    @inline(__always)
    func read(_ frame: Frame) -> Slot { code(frame) }
}

/// What is asked about one slot.
protocol SlotTest: Sendable {
    /// - Parameter slot: Never `unknown`.
    func test(_ slot: Slot, _ frame: Frame) -> Truth
}

/// What is made of one slot.
protocol SlotTransform: Sendable {
    /// - Parameter slot: Never `unknown`.
    func apply(_ slot: Slot, _ frame: Frame) -> Slot
}

extension Compiler {
    /// The ways to get a node's slot.
    private enum Reader {
        case table(TableField)
        case row(RowField)
        case local(LocalSlot)
        case computed(ComputedSlot)
    }

    private mutating func reader(_ expr: Expr) -> Reader {
        guard constant(expr) == nil else { return .computed(ComputedSlot(code: slot(expr))) }
        if let (table, index, name) = address(expr) {
            return .table(TableField(table: table, index: index, name: name))
        }
        if let (place, name) = localSlot(expr) { return .local(LocalSlot(place: place, name: name)) }
        if let (row, index) = rowField(expr), case .local(let place) = row {
            return .row(RowField(place: place, index: index, name: label(expr)))
        }
        return .computed(ComputedSlot(code: slot(expr)))
    }

    /// A test of what a node gives.
    mutating func truth<Test: SlotTest>(of operand: Expr, _ test: Test) -> TruthCode {
        switch reader(operand) {
        case .table(let reader): tested(reader, test)
        case .row(let reader): tested(reader, test)
        case .local(let reader): tested(reader, test)
        case .computed(let reader): tested(reader, test)
        }
    }

    /// A slot made of what a node gives.
    mutating func slot<Transform: SlotTransform>(of operand: Expr, _ transform: Transform) -> SlotCode {
        switch reader(operand) {
        case .table(let reader): transformed(reader, transform)
        case .row(let reader): transformed(reader, transform)
        case .local(let reader): transformed(reader, transform)
        case .computed(let reader): transformed(reader, transform)
        }
    }

    private func tested<Reader: SlotReader, Test: SlotTest>(_ reader: Reader, _ test: Test) -> TruthCode {
        TruthCode { frame in
            let slot = reader.read(frame)
            return slot.tag == .unknown ? .failed : test.test(slot, frame)
        }
    }

    private func transformed<Reader: SlotReader, Transform: SlotTransform>(
        _ reader: Reader, _ transform: Transform
    ) -> SlotCode {
        SlotCode { frame in
            let slot = reader.read(frame)
            return slot.tag == .unknown ? slot : transform.apply(slot, frame)
        }
    }

    // MARK: Places

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

    /// The macro variable that a name stands for, when it is a scalar.
    private func localSlot(_ expr: Expr) -> (place: Int, name: String)? {
        guard case .name(let name, false) = expr.kind, let local = local(name), case .slot = local.kind else {
            return nil
        }
        return (local.place, name)
    }

    /// The row and the index in it that a select reads; nil for other nodes.
    private func rowField(_ expr: Expr) -> (row: RowPlace, index: Int)? {
        guard case .field(let field, _)? = reference(expr), !field.isJSONText,
            case .select(let operand, _, _, false) = expr.kind, let row = rowPlace(operand)
        else { return nil }
        return (row, field.slot)
    }

    /// A field, a variable or a macro variable as a slot; nil for other nodes.
    func slotRead(_ expr: Expr) -> SlotCode? {
        if let (table, index, name) = address(expr) {
            let field = TableField(table: table, index: index, name: name)
            return SlotCode { frame in field.read(frame) }
        }
        if let (place, name) = localSlot(expr) {
            let local = LocalSlot(place: place, name: name)
            return SlotCode { frame in local.read(frame) }
        }
        guard let (row, index) = rowField(expr), case .local(let place) = row else { return nil }
        let field = RowField(place: place, index: index, name: label(expr))
        return SlotCode { frame in field.read(frame) }
    }
}
