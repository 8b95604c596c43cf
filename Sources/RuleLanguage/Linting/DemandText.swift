import CEL

/// A condition on one field as text, such that conditions of one text say the same of every value.
///
/// What the rule calls a constant does not matter, only what it is. Macros are left out: they are rare, and a condition
/// that nobody shares costs only its own time.
struct DemandText {
    let checked: CheckedExpression

    /// The text of a node; nil for what it does not know.
    func text(of expr: Expr) -> String? {
        if let value = checked.constantValue(of: expr) { return Self.text(of: value) }
        switch expr.kind {
        case .select:
            guard case .field(let field, let owner)? = checked.references[expr.id] else { return nil }
            return "\(owner).\(field.name)"
        case .unary(let operation, let operand): return joined(operation.rawValue, [operand])
        case .binary(let operation, let left, let right): return joined(operation.rawValue, [left, right])
        case .and(let parts): return joined("&&", parts)
        case .or(let parts): return joined("||", parts)
        case .conditional(let test, let yes, let no): return joined("?", [test, yes, no])
        case .call(let function, _, let receiver, let arguments):
            if case .function(let name)? = checked.references[expr.id] { return joined(name, arguments) }
            return joined(receiver == nil ? function : "." + function, (receiver.map { [$0] } ?? []) + arguments)
        default: return nil
        }
    }

    private func joined(_ name: String, _ parts: [Expr]) -> String? {
        var text = "(" + name
        for part in parts {
            guard let more = self.text(of: part) else { return nil }
            text += " " + more
        }
        return text + ")"
    }

    /// A value with its kind, text with its length, so that no two have the same; nil for kinds that are rare here.
    static func text(of value: Value) -> String? {
        switch value {
        case .null: return "null"
        case .bool(let flag): return flag ? "true" : "false"
        case .int(let number): return "\(number)"
        case .double(let number): return "d\(number.bitPattern)"
        case .string(let text): return "\"\(text.utf8.count):\(text)"
        case .list(let elements):
            var text = "["
            for element in elements {
                guard let more = self.text(of: element) else { return nil }
                text += " " + more
            }
            return text + "]"
        default: return nil
        }
    }
}
