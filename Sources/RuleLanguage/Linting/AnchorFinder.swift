import CEL

/// Finds what single fields must be for a condition to be true.
struct AnchorFinder {
    let checked: CheckedExpression
    let schema: Schema

    var anchors: Anchors {
        let kinds = constants(of: "kind", in: checked.root).map { values in
            Set(values.compactMap { if case .string(let text) = $0 { text } else { nil } })
        }
        let types = constants(of: "type_id", in: checked.root).map { values in
            Set(values.compactMap { if case .int(let number) = $0 { number } else { nil } })
        }
        return Anchors(kinds: kinds, typeIDs: types)
    }

    /// What the condition demands of each field of text or integers on its own.
    func fieldTests(in environment: Environment) -> [FieldTest] {
        guard let activity = schema.object(schema.activity) else { return [] }
        let parts = checked.conditions(onFieldsOf: "activity")
        var read: Set<Int> = []
        for reference in checked.references.values {
            if case .field(let field, _) = reference { read.insert(field.slot) }
        }
        return activity.fields.compactMap { field in
            guard read.contains(field.slot), field.type == .string || field.type == .int, !field.isJSONText else {
                return nil
            }
            if let values = constants(of: field.name, in: checked.root), values.allSatisfy({ has(field, $0) }) {
                let names = values.compactMap { DemandText.text(of: $0) }.sorted()
                return FieldTest(
                    slot: field.slot, program: nil, rejectsNull: true, constants: Array(values), range: nil,
                    selectivity: .exact, identity: Array(("in " + names.joined(separator: " ")).utf8))
            }
            guard let part = parts.first(where: { $0.field.slot == field.slot }) else { return nil }
            let range = field.type == .int ? range(of: field.name, in: part.condition.root) : nil
            let text = DemandText(checked: part.condition).text(of: part.condition.root)
            return FieldTest(
                slot: field.slot, program: range == nil ? part.condition.program(in: environment) : nil,
                rejectsNull: part.rejectsNull, constants: nil, range: range,
                selectivity: selectivity(part.condition.root),
                identity: text.map { Array(($0 + (part.rejectsNull ? " of a value" : "")).utf8) })
        }
    }

    /// The integers that a field must be for comparisons with constants; nil for other conditions.
    private func range(of field: String, in expr: Expr) -> ClosedRange<Int64>? {
        switch expr.kind {
        case .and(let parts):
            let ranges = parts.map { range(of: field, in: $0) }
            return ranges.dropFirst().reduce(ranges.first ?? nil) { known, next in
                guard let known, let next, known.overlaps(next) else { return nil }
                return known.clamped(to: next)
            }
        case .binary(let operation, let left, let right):
            if reads(field, left), case .int(let bound)? = constant(right) { return Self.range(operation, bound) }
            if reads(field, right), case .int(let bound)? = constant(left) {
                return Self.mirrored[operation].flatMap { Self.range($0, bound) }
            }
            return nil
        default: return nil
        }
    }

    private static let mirrored: [BinaryOperator: BinaryOperator] = [
        .less: .greater, .lessOrEqual: .greaterOrEqual, .greater: .less, .greaterOrEqual: .lessOrEqual,
    ]

    private static func range(_ operation: BinaryOperator, _ bound: Int64) -> ClosedRange<Int64>? {
        switch operation {
        case .greater: bound == .max ? nil : (bound + 1) ... .max
        case .greaterOrEqual: bound ... .max
        case .less: bound == .min ? nil : .min...(bound - 1)
        case .lessOrEqual: .min...bound
        default: nil
        }
    }

    /// Whether a field can hold the constant as it is: no null, no number of another type.
    private func has(_ field: ObjectType.Field, _ value: Value) -> Bool {
        switch value {
        case .string: field.type == .string
        case .int: field.type == .int
        default: false
        }
    }

    private func selectivity(_ expr: Expr) -> FieldTest.Selectivity {
        var found = FieldTest.Selectivity.low
        expr.walk { node in
            switch node.kind {
            case .call: found = .high
            case .binary(.notEqual, _, let right):
                if case .literal(.null) = right.kind { return }
                if found == .low { found = .medium }
            case .binary: if found == .low { found = .medium }
            default: return
            }
        }
        return found
    }

    /// The values one of which the field of `activity` has when `expr` is true; nil: any.
    private func constants(of field: String, in expr: Expr) -> Set<Value>? {
        switch expr.kind {
        case .and(let parts):
            let known = parts.compactMap { constants(of: field, in: $0) }
            return known.dropFirst().reduce(known.first) { $0?.intersection($1) }
        case .or(let parts):
            var all: Set<Value> = []
            for part in parts {
                guard let some = constants(of: field, in: part) else { return nil }
                all.formUnion(some)
            }
            return all
        case .binary(.equal, let left, let right):
            if reads(field, left) { return constant(right).map { [$0] } }
            return reads(field, right) ? constant(left).map { [$0] } : nil
        case .binary(.isIn, let left, let right):
            guard reads(field, left) else { return nil }
            if case .list(let elements) = right.kind {
                let values = elements.compactMap { $0.isOptional ? nil : constant($0.value) }
                return values.count == elements.count ? Set(values) : nil
            }
            guard case .list(let values)? = constant(right) else { return nil }
            return Set(values)
        default: return nil
        }
    }

    private func reads(_ field: String, _ expr: Expr) -> Bool {
        guard case .select(let operand, field, _, false) = expr.kind,
            case .variable(let variable)? = checked.references[operand.id]
        else { return false }
        return variable.name == "activity"
    }

    private func constant(_ expr: Expr) -> Value? {
        if case .literal(let value) = expr.kind { return value }
        if case .variable(let variable)? = checked.references[expr.id], case .constant(let value) = variable.binding {
            return value
        }
        return nil
    }
}
