import FieldStorage

/// Names, fields and indices over values.
extension Compiler {
    func nameValue(_ expr: Expr, _ name: String, isRooted: Bool) -> ValueCode {
        if !isRooted, let local = local(name) { return localValue(local.place, local.kind) }
        return referenceValue(expr, name)
    }

    private func localValue(_ place: Int, _ kind: Local) -> ValueCode {
        switch kind {
        case .value: return ValueCode { frame in frame.context.locals[place] }
        case .slot:
            return ValueCode { frame throws(EvaluationFailure) in
                guard let value = Value(scalarOrBox: frame.context.localSlots[place]) else {
                    throw .unknown(field: "an element")
                }
                return value
            }
        case .row(let type):
            return ValueCode { frame in
                guard let row = frame.context.localRows[place] else { return .null }
                return .object(ObjectValue(type: type, copying: row))
            }
        }
    }

    private func referenceValue(_ expr: Expr, _ name: String) -> ValueCode {
        switch reference(expr) {
        case .variable(let variable)?:
            switch variable.binding {
            case .constant(let value): return ValueCode { _ in value }
            case .slot(let address):
                let label = variable.name
                return ValueCode { frame throws(EvaluationFailure) in
                    guard let row = frame.tables[address.table] else { return .null }
                    guard let value = Value(scalarOrBox: row[address.index]) else { throw .unknown(field: label) }
                    return value
                }
            case .record(let table):
                guard case .object(let typeName) = variable.type, let type = environment.objects[typeName] else {
                    return ValueCode { _ throws(EvaluationFailure) in throw .unbound(name: name) }
                }
                return ValueCode { frame in
                    guard let row = frame.tables[table] else { return .null }
                    return .object(ObjectValue(type: type, copying: row))
                }
            }
        case .typeName(let name)?:
            let canonical = CELType.named[name]?.runtimeName ?? name
            return ValueCode { _ in .type(canonical) }
        default: return ValueCode { _ throws(EvaluationFailure) in throw .unbound(name: name) }
        }
    }

    mutating func selectValue(_ expr: Expr, _ operand: Expr, _ field: String, isOptional: Bool) -> ValueCode {
        if case .field(let found, _)? = reference(expr), !isOptional, let row = rowPlace(operand) {
            return fieldValue(found, row, label: label(expr))
        }
        switch reference(expr) {
        case .variable?, .typeName?: return referenceValue(expr, field)
        default: break
        }
        let target = value(operand)
        let span = expr.span
        if isOptional {
            return ValueCode { frame throws(EvaluationFailure) in
                try Library.optionalField(field, of: try target(frame))
            }
        }
        return ValueCode { frame throws(EvaluationFailure) in
            let record = try target(frame)
            do throws(EvaluationFailure) { return try Library.field(field, of: record) } catch {
                frame.context.note(span)
                throw error
            }
        }
    }

    /// The name of a chain, for failures.
    func label(_ expr: Expr) -> String { expr.qualifiedName?.joined(separator: ".") ?? "a field" }

    /// Where a row is.
    enum RowPlace: Sendable {
        /// A record variable.
        case table(Int)
        /// A row that a macro visits.
        case local(Int)

        @inline(__always)
        func row(_ frame: Frame) -> UnsafePointer<Slot>? {
            switch self {
            case .table(let table): frame.tables[table]
            case .local(let place): frame.context.localRows[place]
            }
        }
    }

    /// Where the row is, for a node that is a record variable or a row of a list.
    func rowPlace(_ expr: Expr) -> RowPlace? {
        switch reference(expr) {
        case .variable(let variable)?:
            guard case .record(let table) = variable.binding else { return nil }
            return .table(table)
        case .local?:
            guard case .name(let name, _) = expr.kind, let local = local(name), case .row = local.kind else {
                return nil
            }
            return .local(local.place)
        default: return nil
        }
    }

    private func fieldValue(_ field: ObjectType.Field, _ place: RowPlace, label: String) -> ValueCode {
        let index = field.slot
        let owner = String(label.prefix { $0 != "." })
        if field.isJSONText {
            return ValueCode { frame throws(EvaluationFailure) in
                guard let slots = place.row(frame) else { throw .null(name: owner) }
                return try frame.context.json(slots[index], label: label)
            }
        }
        return ValueCode { frame throws(EvaluationFailure) in
            guard let slots = place.row(frame) else { throw .null(name: owner) }
            guard let value = Value(scalarOrBox: slots[index]) else { throw .unknown(field: label) }
            return value
        }
    }

    mutating func hasValue(_ operand: Expr, _ field: String) -> ValueCode {
        let target = value(operand)
        return ValueCode { frame throws(EvaluationFailure) in
            .bool(try Library.hasField(field, in: try target(frame)))
        }
    }

    mutating func indexValue(_ expr: Expr, _ operand: Expr, _ index: Expr, isOptional: Bool) -> ValueCode {
        let target = value(operand)
        let key = value(index)
        let span = expr.span
        return ValueCode { frame throws(EvaluationFailure) in
            let container = try target(frame)
            let place = try key(frame)
            if isOptional { return try Library.optionalElement(place, of: container) }
            do throws(EvaluationFailure) { return try Library.element(place, of: container) } catch {
                frame.context.note(span)
                throw error
            }
        }
    }
}
