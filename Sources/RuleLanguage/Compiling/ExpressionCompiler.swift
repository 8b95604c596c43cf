import CEL
import Diagnostics

/// What an expression may name at its place in a rule, and what is known to be there.
struct Scope {
    var environment: Environment
    var facts = NullFacts()
    /// How many parts `keys` has; nil where there are no keys.
    var keyCount: Int?

    func knowing(_ more: NullFacts) -> Scope {
        var scope = self
        scope.facts = facts.joined(with: more)
        return scope
    }
}

/// A checked and compiled expression.
struct CompiledExpression {
    let checked: CheckedExpression
    let program: Program
    /// As it was written.
    let text: String

    var type: CELType { checked.type.withoutNull }
    var reasoning: NullReasoning { NullReasoning(checked: checked) }
    /// What is not null where the expression is true.
    var whenTrue: NullFacts { reasoning.whenTrue(checked.root) }

    /// Whether the expression reads anything but constants.
    var readsAnything: Bool {
        checked.references.values.contains { reference in
            guard case .variable(let variable) = reference else { return false }
            if case .constant = variable.binding { return variable.name.hasPrefix("params.") }
            return true
        }
    }

    /// The text with the constants that it reads: equal ones in one book mean the same in the same kind of place.
    var identity: String {
        let constants = checked.references.values.compactMap { reference -> String? in
            guard case .variable(let variable) = reference, case .constant(let value) = variable.binding else {
                return nil
            }
            return "\(variable.name)=\(value)"
        }
        return ([text] + Set(constants).sorted()).map { "\($0.utf8.count):\($0)" }.joined()
    }

    /// Whether it reads nothing but the activity, its time and constants, so that it says the same at any time.
    var isOfActivityAlone: Bool {
        checked.references.values.allSatisfy { reference in
            guard case .variable(let variable) = reference else { return true }
            if case .constant = variable.binding { return true }
            return variable.name == "activity" || variable.name == "now"
        }
    }

    /// Names of variables, as far as they are no constants.
    var names: Set<String> {
        Set(
            checked.references.values.compactMap { reference in
                if case .variable(let variable) = reference { variable.name } else { nil }
            })
    }
}

/// Checks and compiles the expressions of one rule, and gathers what they say and what they read.
struct ExpressionCompiler {
    let schema: Schema
    let vocabulary: VocabularyLint
    let anchorLint: AnchorLint
    /// What watches conditions while tests run; nil where they are not watched.
    var observer: ConditionObserver?
    private(set) var diagnostics: [Diagnostic] = []
    /// Fields read, as `Object.field`.
    private(set) var fieldsRead: Set<String> = []
    /// Variables read, by name.
    private(set) var variablesRead: Set<String> = []
    /// Kinds of signals that are compared with.
    private(set) var signalsRead: Set<String> = []

    init(schema: Schema, kinds: Set<String>) {
        self.schema = schema
        vocabulary = VocabularyLint(schema: schema, kinds: kinds)
        anchorLint = AnchorLint(schema: schema)
    }

    /// Whether an expression called a function of `define` that has errors, which its own file tells.
    private var isRefused = false

    var hasErrors: Bool { isRefused || diagnostics.contains { $0.level == .error } }

    mutating func report(_ diagnostic: Diagnostic) { diagnostics.append(diagnostic) }

    mutating func error(
        _ code: RuleDiagnosticCode, _ message: String, at span: Span, label: String = "", help: String? = nil
    ) {
        report(Diagnostic(.error, code.rawValue, message, at: span, label: label, help: help))
    }

    mutating func warning(_ code: RuleDiagnosticCode, _ message: String, at span: Span, help: String? = nil) {
        report(Diagnostic(.warning, code.rawValue, message, at: span, help: help))
    }

    /// A condition: true or false, and never null.
    ///
    /// - Parameter name: The key it stands under, for messages.
    mutating func condition(
        _ text: ExpressionText, _ name: String, in scope: Scope, place: ConditionCoverage.Point.Place = .condition
    ) -> CompiledExpression? {
        guard let compiled = compile(text, in: scope, needsValue: true) else { return nil }
        guard compiled.type == .bool || compiled.type == .dyn else {
            error(
                .wrongType, "`\(name)` is true or false, and this is \(compiled.checked.type)", at: text.span,
                help: "compare it with something")
            return nil
        }
        if !compiled.readsAnything {
            warning(
                .constantCondition, "`\(name)` does not depend on anything, so it is always the same", at: text.span,
                help: "remove it, or compare something of the activity or row")
        }
        for diagnostic in ConstantLint(compiled.checked).diagnostics + anchorLint.check(compiled.checked) {
            report(text.placed(diagnostic))
        }
        return observer?.observed(compiled, of: text, place, in: scope) ?? compiled
    }

    /// A value that may be null.
    mutating func value(_ text: ExpressionText, in scope: Scope) -> CompiledExpression? {
        compile(text, in: scope, needsValue: false)
    }

    private mutating func compile(_ text: ExpressionText, in scope: Scope, needsValue: Bool) -> CompiledExpression? {
        guard let tree = tree(text, in: scope) else { return nil }
        return compile(tree, of: text, in: scope, needsValue: needsValue)
    }

    /// The tree of a text with `keys[0]` as the variable it stands for; nil when it cannot be read.
    mutating func tree(_ text: ExpressionText, in scope: Scope) -> Expr? {
        let parsed = parse(text.text, limits: scope.environment.limits)
        for diagnostic in parsed.diagnostics { report(text.placed(diagnostic)) }
        guard parsed.diagnostics.isEmpty, let expr = parsed.expr else { return nil }
        return rewriteKeys(expr, of: text, in: scope)
    }

    /// Checks and compiles a tree, or a part of one.
    mutating func compile(
        _ tree: Expr, of text: ExpressionText, in scope: Scope, needsValue: Bool
    ) -> CompiledExpression? {
        guard !callsRefused(tree, scope.environment) else {
            isRefused = true
            return nil
        }
        reportTakenNames(in: tree, of: text)
        let result = scope.environment.check(tree, text: text.text)
        for diagnostic in result.diagnostics { report(text.placed(diagnostic)) }
        guard let checked = result.checked, checked.type != .error else { return nil }
        // Where something else than a condition stands for one, its type is the error, not that it may be null.
        let isCondition = checked.type.withoutNull == .bool
        var found = NullLint.check(
            checked, facts: scope.facts, needsValue: needsValue && isCondition, schema: schema)
        found += vocabulary.check(checked) + NetworkLint(checked: checked).diagnostics
        for diagnostic in found { report(text.placed(diagnostic)) }
        note(checked)
        guard !found.contains(where: { $0.level == .error }) else { return nil }
        return CompiledExpression(
            checked: checked, program: checked.program(in: scope.environment), text: text.text)
    }

    private func callsRefused(_ tree: Expr, _ environment: Environment) -> Bool {
        guard !environment.refusedPredicates.isEmpty else { return false }
        var calls = false
        tree.walk { expr in
            guard case .call(let name, _, nil, _) = expr.kind else { return }
            if environment.refusedPredicates.contains(name) { calls = true }
        }
        return calls
    }

    /// A name that a macro gives must not hide one that means something in every expression.
    private mutating func reportTakenNames(in tree: Expr, of text: ExpressionText) {
        var taken: [Expr.Variable] = []
        tree.walk { expr in
            switch expr.kind {
            case .comprehension(let loop): taken += [loop.first] + (loop.second.map { [$0] } ?? [])
            case .bind(let variable, _, _), .optionalMap(_, let variable, _, _): taken.append(variable)
            default: return
            }
        }
        for variable in taken where Names.taken.contains(variable.name) {
            error(
                .nameTaken, "`\(variable.name)` already means something in every rule",
                at: text.fileSpan(variable.span), label: "would hide it", help: "give the macro another name")
        }
    }

    private mutating func note(_ checked: CheckedExpression) {
        for reference in checked.references.values {
            switch reference {
            case .field(let field, let owner): fieldsRead.insert(owner + "." + field.name)
            case .variable(let variable):
                variablesRead.insert(variable.name)
                if case .constant(let value) = variable.binding { note(signalsIn: value) }
            default: break
            }
        }
        checked.root.walk { expr in
            if case .literal(let value) = expr.kind { note(signalsIn: value) }
        }
    }

    /// Notes the signals that a constant names, written out or as an entry of a list.
    private mutating func note(signalsIn value: Value) {
        switch value {
        case .string(let text) where text.hasPrefix("signal."):
            signalsRead.insert(String(text.dropFirst("signal.".count)))
        case .list(let elements): for element in elements { note(signalsIn: element) }
        default: break
        }
    }

    private mutating func rewriteKeys(_ expr: Expr, of text: ExpressionText, in scope: Scope) -> Expr? {
        guard let count = scope.keyCount else { return expr }
        var misused: Span?
        let rewritten = expr.rewriting { node in
            switch node.kind {
            case .index(let operand, let index, false):
                guard case .name("keys", _) = operand.kind, case .literal(.int(let place)) = index.kind,
                    place >= 0, place < count
                else { return nil }
                return Expr(id: node.id, span: node.span, kind: .name("keys.\(place)", isRooted: false))
            case .name("keys", _):
                misused = misused ?? node.span
                return node
            default: return nil
            }
        }
        guard let misused else { return rewritten }
        error(
            .badKeysIndex, "`keys` has \(count) \(count == 1 ? "part" : "parts"), each read by its number",
            at: text.fileSpan(misused), label: "not a part",
            help: count == 0
                ? "`by: []` makes one group without a key"
                : "write `keys[0]`"
                    + (count > 1 ? " to `keys[\(count - 1)]`" : ""))
        return nil
    }
}
