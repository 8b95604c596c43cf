import CEL

/// A Sigma expression as CEL.
enum SigmaCEL {
    /// The text, a line for each part of the outermost `&&` or `||`.
    static func text(_ expression: SigmaExpression) -> String { render(expression, isOutermost: true) }

    private static func render(_ expression: SigmaExpression, isOutermost: Bool = false) -> String {
        switch expression {
        case .all(let parts):
            return parts.map { part in
                if case .some = part { return parenthesized(part) }
                return render(part)
            }.joined(separator: isOutermost ? "\n  && " : " && ")
        case .some(let parts):
            if let list = membership(parts) { return list }
            return parts.map { part in
                if case .all = part { return parenthesized(part) }
                return render(part)
            }.joined(separator: isOutermost ? "\n  || " : " || ")
        case .not(let inner): return "!" + parenthesized(inner)
        case .test(let test): return text(of: test)
        }
    }

    private static func parenthesized(_ expression: SigmaExpression) -> String { "(" + render(expression) + ")" }

    /// `x in [1, 2]` for several equal tests of one field.
    private static func membership(_ parts: [SigmaExpression]) -> String? {
        var field: SigmaFields.Field?
        var items: [String] = []
        for part in parts {
            guard case .test(let test) = part, field == nil || field == test.field else { return nil }
            field = test.field
            switch test.question {
            case .number(.equal, let number): items.append(number)
            case .text(let text, let isCased):
                guard test.field.type == .string, case .equals(let plain) = text.form, isCased || isCaseless(plain)
                else { return nil }
                items.append(literal(plain))
            default: return nil
            }
        }
        guard let field, items.count > 1 else { return nil }
        return "\(field.path) in [\(items.joined(separator: ", "))]"
    }

    // MARK: Tests

    private static func text(of test: SigmaTest) -> String {
        let field = test.field
        let path = field.path
        let known = field.isNullable ? "\(path) != null && " : ""
        switch test.question {
        case .text(let text, let isCased): return comparison(text, isCased: isCased, field, known)
        case .number(.equal, let number): return "\(path) == \(number)"
        case .number(.notEqual, let number): return "\(path) != \(number)"
        case .number(let comparison, let number): return "\(known)\(path) \(comparison.rawValue) \(number)"
        case .truth(let value): return "\(path) == \(value)"
        case .pattern(let pattern): return "\(known)\(path).matches(\(literal(pattern)))"
        case .network(let block): return "\(known)isIP(\(path)) && cidr(\(literal(block))).containsIP(\(path))"
        case .exists(let isThere): return field.isNullable ? "\(path) \(isThere ? "!=" : "==") null" : "\(isThere)"
        case .null: return field.isNullable ? "\(path) == null" : "false"
        case .empty: return field.isNullable ? "(\(path) == null || \(path) == \"\")" : "\(path) == \"\""
        case .other(let other, let side):
            let both = known + (other.isNullable ? "\(other.path) != null && " : "")
            guard field.type == .string else { return "\(both)\(path) == \(other.path)" }
            switch side {
            case .whole: return "\(both)\(path).iequals(\(other.path))"
            case .within: return "\(both)\(path).icontains(\(other.path))"
            case .start: return "\(both)\(path).lowerAscii().startsWith(\(other.path).lowerAscii())"
            case .end: return "\(both)\(path).lowerAscii().endsWith(\(other.path).lowerAscii())"
            }
        }
    }

    private static func comparison(
        _ text: SigmaText, isCased: Bool, _ field: SigmaFields.Field, _ known: String
    ) -> String {
        let isText = field.type == .string
        let subject = isText ? field.path : "string(\(field.path))"
        func call(_ plain: String, _ name: String, ignoring folded: String?) -> String {
            if isCased || isCaseless(plain) { return "\(known)\(subject).\(name)(\(literal(plain)))" }
            if let folded { return "\(known)\(subject).\(folded)(\(literal(plain)))" }
            guard plain.utf8.allSatisfy({ $0 < 0x80 }) else {
                let pattern = SigmaText.quoted(plain)
                let whole = name == "startsWith" ? "^" + pattern : pattern + "$"
                return "\(known)\(subject).matches(\(literal("(?i)" + whole)))"
            }
            return "\(known)\(subject).lowerAscii().\(name)(\(literal(plain.lowercased())))"
        }
        switch text.form {
        case .equals(let plain):
            if isText, isCased || isCaseless(plain) { return "\(field.path) == \(literal(plain))" }
            return isText ? call(plain, "iequals", ignoring: "iequals") : "\(known)\(subject) == \(literal(plain))"
        case .startsWith(let plain): return call(plain, "startsWith", ignoring: nil)
        case .endsWith(let plain): return call(plain, "endsWith", ignoring: nil)
        case .contains(let plain): return call(plain, "contains", ignoring: "icontains")
        case .present:
            guard isText else { return field.isNullable ? "\(field.path) != null" : "true" }
            return "\(known)\(field.path) != \"\""
        case .pattern(let pattern):
            return "\(known)\(subject).matches(\(literal((isCased ? "(?s)" : "(?is)") + pattern)))"
        }
    }

    /// Whether a text is the same in capitals.
    private static func isCaseless(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { !$0.properties.isCased && !$0.properties.changesWhenCaseFolded }
    }

    /// A CEL string, which escapes as one of JSON does.
    static func literal(_ text: String) -> String { JSONTree.quoted(text) }
}
