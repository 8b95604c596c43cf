public import Diagnostics
internal import PCRE2

/// What a name or a field of an expression means.
public enum Reference: Hashable, Sendable {
    /// A name that a macro gave, by how many macro names are around it.
    case local(Int)
    /// A declared variable or constant.
    case variable(Variable)
    /// A field of a record.
    case field(ObjectType.Field, of: String)
    /// The name of a type used as a value.
    case typeName(String)
    /// A namespaced function such as `math.ceil`, by its full name.
    case function(String)
}

/// An expression whose types agree, ready to become a ``Program``.
public struct CheckedExpression: Sendable {
    public let text: String
    /// The tree, with predicates expanded.
    public let root: Expr
    /// The type of the whole.
    public let type: CELType
    /// The type of each node, by its id.
    public let types: [Int: CELType]
    /// What each name and field means, by the node's id.
    public let references: [Int: Reference]
    let environment: Environment
    let patterns: [Int: Pattern]
}

/// What became of checking: the expression when it is right, and everything there is to say about it.
public struct CheckResult: Sendable {
    public let checked: CheckedExpression?
    public let diagnostics: [Diagnostic]
}

extension Environment {
    /// Reads and checks an expression; all errors of both come out in one run.
    public func check(_ text: String) -> CheckResult {
        check(parse(text, limits: limits))
    }

    /// Checks what was read; errors of reading are part of the result.
    public func check(_ parsed: ParseResult) -> CheckResult {
        guard let expr = parsed.expr else { return CheckResult(checked: nil, diagnostics: parsed.diagnostics) }
        var checker = Checker(environment: self, text: parsed.text)
        checker.check(root: expr)
        let all = (parsed.diagnostics + checker.diagnostics).sorted { $0.primary.span < $1.primary.span }
        guard !all.contains(where: { $0.level == .error }) else {
            return CheckResult(checked: nil, diagnostics: all)
        }
        var expander = Expander(predicates: predicates)
        var root = expr
        let expanded = expander.expand(expr)
        if expander.didExpand {
            root = expanded
            checker = Checker(environment: self, text: parsed.text, isExpanded: true)
            checker.check(root: root)
        }
        return CheckResult(checked: checker.result(root), diagnostics: all)
    }

    /// Checks a tree that came from `parse(_:limits:expandsMacros:)` without errors.
    public func check(_ expr: Expr, text: String = "") -> CheckResult {
        check(ParseResult(text: text, expr: expr, diagnostics: []))
    }

    /// Binds names without asking whether types agree: what cannot be resolved fails when it is evaluated.
    public func resolveUnchecked(_ parsed: ParseResult) -> CheckedExpression? {
        guard let expr = parsed.expr, parsed.diagnostics.isEmpty else { return nil }
        var checker = Checker(environment: self, text: parsed.text, isLenient: true)
        checker.check(root: expr)
        return checker.result(expr)
    }
}
