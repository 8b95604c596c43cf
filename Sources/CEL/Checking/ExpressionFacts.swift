/// What a checked expression tells about itself without being evaluated.
extension CheckedExpression {
    /// The conditions that must all hold: the operands of `&&` at the top, or the whole.
    public var conjuncts: [Expr] { Self.conjuncts(root) }

    private static func conjuncts(_ expr: Expr) -> [Expr] {
        if case .and(let parts) = expr.kind { return parts.flatMap { conjuncts($0) } }
        return [expr]
    }

    /// The declared path that a node reads, such as `["activity", "kind"]`; nil for anything else.
    public func path(of expr: Expr) -> [String]? {
        switch references[expr.id] {
        case .variable(let variable)?:
            if case .constant = variable.binding { return nil }
            return variable.name.split(separator: ".").map(String.init)
        case .field(let field, _)?:
            guard case .select(let operand, _, _, _) = expr.kind, let owner = path(of: operand) else { return nil }
            return owner + [field.name]
        default: return nil
        }
    }

    /// The value of a literal or of a declared constant; nil for anything else.
    public func constantValue(of expr: Expr) -> Value? {
        switch expr.kind {
        case .literal(let value): return value
        case .list(let elements):
            var values: [Value] = []
            for element in elements {
                guard !element.isOptional, let value = constantValue(of: element.value) else { return nil }
                values.append(value)
            }
            return .list(values)
        default:
            if case .variable(let variable)? = references[expr.id], case .constant(let value) = variable.binding {
                return value
            }
            return nil
        }
    }

    /// The paths of everything the expression reads, fields of list elements left out.
    public var fieldsRead: Set<[String]> {
        var paths: Set<[String]> = []
        root.walk { node in
            if let path = path(of: node) { paths.insert(path) }
        }
        let records = paths.filter { path in paths.contains { $0.count > path.count && $0.starts(with: path) } }
        return paths.subtracting(records)
    }

    /// The constants one of which `path` must equal for the expression to be true.
    ///
    /// - Returns: In order of writing and each once; nil when the path is not bound to constants; empty when it can
    ///   equal none of them.
    public func requiredConstants(of path: [String]) -> [Value]? { required(path, root) }

    private func required(_ path: [String], _ expr: Expr) -> [Value]? {
        switch expr.kind {
        case .literal(.bool(false)): return []
        case .and(let parts):
            return parts.compactMap { required(path, $0) }.reduce(nil as [Value]?) { known, next in
                known.map { $0.filter(next.contains) } ?? next
            }
        case .or(let parts):
            var all: [Value] = []
            for part in parts {
                guard let some = required(path, part) else { return nil }
                all += some.filter { !all.contains($0) }
            }
            return all
        case .binary(.equal, let left, let right):
            if self.path(of: left) == path, let value = constantValue(of: right), value != .null { return [value] }
            if self.path(of: right) == path, let value = constantValue(of: left), value != .null { return [value] }
            return nil
        case .binary(.isIn, let left, let right):
            guard self.path(of: left) == path, case .list(let values)? = constantValue(of: right) else { return nil }
            return values.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        default: return nil
        }
    }

    /// What an expression demands of one field of a record, whatever the rest of the record is.
    public struct FieldCondition {
        public let field: ObjectType.Field
        /// Reads the field and constants only.
        public let condition: CheckedExpression
        /// Whether the expression is false for null too; `condition` may be asked of other values only then.
        public let rejectsNull: Bool
    }

    /// The conditions of ``conjuncts`` that read one field of a record and beside it only constants, drawn together by
    /// field: what each says depends on the value of that field alone.
    ///
    /// - Returns: In the order in which fields are first met.
    public func conditions(onFieldsOf record: String) -> [FieldCondition] {
        var found: [(field: ObjectType.Field, parts: [Expr])] = []
        for part in conjuncts {
            guard let field = onlyField(of: record, in: part) else { continue }
            if let place = found.firstIndex(where: { $0.field.slot == field.slot }) {
                found[place].parts.append(part)
            } else {
                found.append((field, [part]))
            }
        }
        return found.map { field, parts in
            var rest = parts.filter { !isNotNull($0) }
            let rejectsNull = rest.count < parts.count && !rest.isEmpty
            if !rejectsNull { rest = parts }
            // The root of several conditions is an `and`, whose number is good for an `and` of some of them.
            let root = rest.count == 1 ? rest[0] : Expr(id: root.id, span: root.span, kind: .and(rest))
            return FieldCondition(field: field, condition: rooted(at: root), rejectsNull: rejectsNull)
        }
    }

    /// Whether an expression is `x != null` of a field.
    private func isNotNull(_ expr: Expr) -> Bool {
        guard case .binary(.notEqual, let left, let right) = expr.kind, case .field? = references[left.id],
            case .literal(.null) = right.kind
        else { return false }
        return true
    }

    private func rooted(at root: Expr) -> CheckedExpression {
        CheckedExpression(
            text: text, root: root, type: types[root.id] ?? type, types: types, references: references,
            environment: environment, patterns: patterns)
    }

    /// The one field of `record` that an expression reads; nil when it reads more, or less, or in other ways.
    private func onlyField(of record: String, in expr: Expr) -> ObjectType.Field? {
        var field: ObjectType.Field?
        var reads = 0
        var records = 0
        var isPlain = true
        expr.walk { node in
            if case .has = node.kind { isPlain = false }
            switch references[node.id] {
            case .variable(let variable)?:
                if case .constant = variable.binding { return }
                if variable.name == record { records += 1 } else { isPlain = false }
            case .field(let read, _)?:
                guard case .select(let operand, _, _, false) = node.kind,
                    case .variable(let owner)? = references[operand.id], owner.name == record, !read.isJSONText,
                    field == nil || field?.slot == read.slot
                else {
                    isPlain = false
                    return
                }
                field = read
                reads += 1
            default: return
            }
        }
        // A record that is read other than for a field is one more than its fields.
        return isPlain && reads == records ? field : nil
    }
}
