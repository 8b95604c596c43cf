import Diagnostics
internal import PCRE2

/// Gives each node a type and each name a meaning, and says what does not agree.
struct Checker {
    let environment: Environment
    let text: String
    /// Whether only names are resolved and nothing is reported.
    let isLenient: Bool
    /// Whether predicates stand in the tree already: then its patterns were looked at before.
    let isExpanded: Bool
    var unifier = Unifier()
    var types: [Int: CELType] = [:]
    var references: [Int: Reference] = [:]
    var patterns: [Int: Pattern] = [:]
    var locals: [(name: String, type: CELType)] = []
    private(set) var diagnostics: [Diagnostic] = []

    init(environment: Environment, text: String, isLenient: Bool = false, isExpanded: Bool = false) {
        self.environment = environment
        self.text = text
        self.isLenient = isLenient
        self.isExpanded = isExpanded
    }

    mutating func check(root: Expr) { _ = type(of: root) }

    /// Checks the body of a predicate whose parameters are known, and gives the type of the body.
    mutating func checkBody(_ body: Expr, parameters: [(name: String, type: CELType)]) -> CELType {
        locals = parameters
        return unifier.resolve(type(of: body)).settled
    }

    func result(_ root: Expr) -> CheckedExpression {
        let settled = types.mapValues { unifier.resolve($0).settled }
        return CheckedExpression(
            text: text, root: root, type: settled[root.id] ?? .dyn, types: settled, references: references,
            environment: environment, patterns: patterns)
    }

    // MARK: Saying what is wrong

    mutating func report(
        _ code: DiagnosticCode, _ message: String, at span: Span, label: String = "", help: String? = nil,
        notes: [String] = []
    ) {
        guard !isLenient else { return }
        diagnostics.append(
            Diagnostic(.error, code.rawValue, message, at: span, label: label, notes: notes, help: help))
    }

    mutating func warn(
        _ code: DiagnosticCode, _ message: String, at span: Span, label: String = "", notes: [String] = [],
        help: String? = nil
    ) {
        guard !isLenient else { return }
        diagnostics.append(
            Diagnostic(.warning, code.rawValue, message, at: span, label: label, notes: notes, help: help))
    }

    /// A type as messages show it.
    func shown(_ type: CELType) -> String { unifier.resolve(type).description }

    func source(_ expr: Expr) -> String {
        let bytes = Array(text.utf8)
        guard expr.span.end <= bytes.count else { return "" }
        return String(decoding: bytes[expr.span.start..<expr.span.end], as: UTF8.self)
    }

    // MARK: Types of nodes

    mutating func type(of expr: Expr) -> CELType {
        let type = infer(expr)
        types[expr.id] = type
        return type
    }

    private mutating func infer(_ expr: Expr) -> CELType {
        switch expr.kind {
        case .literal(let value): return value.type
        case .name(let name, let isRooted): return nameType(expr, name, isRooted: isRooted)
        case .select(let operand, let field, let span, let isOptional):
            return selectType(expr, operand, field, span, isOptional: isOptional)
        case .has(let operand, let field, let span):
            return hasType(expr, operand, field, span)
        case .index(let operand, let index, let isOptional):
            return indexType(operand, index, isOptional: isOptional)
        case .unary(let operation, let operand): return unaryType(operation, operand, expr)
        case .binary(let operation, let left, let right): return binaryType(operation, left, right, expr)
        case .and(let parts): return logicType("&&", parts)
        case .or(let parts): return logicType("||", parts)
        case .conditional(let test, let yes, let no): return conditionalType(test, yes, no)
        case .call: return callType(expr)
        case .list(let elements): return listType(elements, allowsMixed: environment.allowsDyn)
        case .map(let entries): return mapType(entries)
        case .construct(let name, let fields):
            for field in fields { _ = type(of: field) }
            report(.unknownName, "`\(name)` is not a type that can be made", at: expr.span)
            return .error
        case .comprehension(let loop): return comprehensionType(loop)
        case .bind(let name, let value, let body):
            let known = type(of: value)
            return with([(name.name, known)]) { $0.type(of: body) }
        case .optionalMap(let operand, let name, let body, let isFlat):
            return optionalMapType(operand, name, body, isFlat: isFlat)
        case .invalid: return .error
        }
    }

    mutating func with<T>(_ names: [(String, CELType)], _ body: (inout Checker) -> T) -> T {
        locals += names.map { (name: $0.0, type: $0.1) }
        defer { locals.removeLast(names.count) }
        return body(&self)
    }

    private mutating func logicType(_ mark: String, _ parts: [Expr]) -> CELType {
        for part in parts { expectBool(part, "`\(mark)` takes") }
        return .bool
    }

    /// Reports `part` when it is not true or false.
    mutating func expectBool(_ part: Expr, _ who: String) {
        let given = type(of: part)
        guard !unifier.fits(given, .bool) else { return }
        report(
            .notBool, "\(who) true or false, and got \(shown(given))", at: part.span, label: "this is \(shown(given))")
    }

    private mutating func conditionalType(_ test: Expr, _ yes: Expr, _ no: Expr) -> CELType {
        expectBool(test, "the condition of `? :` is")
        let left = type(of: yes)
        let right = type(of: no)
        if let joined = unifier.join(left, right) { return joined }
        report(
            .mixedTypes, "the two values of `? :` have different types", at: yes.span.joined(with: no.span),
            label: "\(shown(left)) and \(shown(right))")
        return .error
    }

    private mutating func unaryType(_ operation: UnaryOperator, _ operand: Expr, _ expr: Expr) -> CELType {
        let given = type(of: operand)
        switch operation {
        case .not:
            if unifier.fits(given, .bool) { return .bool }
        case .negate:
            let plain = unifier.resolve(given).withoutNull
            if plain == .int || plain == .double || plain == .dyn || plain == .error || plain == .duration {
                return plain
            }
            // An element of an empty literal may turn out to be anything.
            if case .parameter = plain { return .dyn }
        }
        report(
            .noOverload, "`\(operation.rawValue)` does not take \(shown(given))", at: expr.span,
            label: "the operand is \(shown(given))")
        return operation == .not ? .bool : .error
    }

    // MARK: Literals

    mutating func listType(_ elements: [Expr.Element], allowsMixed: Bool) -> CELType {
        var joined: CELType?
        for element in elements {
            let given = elementType(element.value, isOptional: element.isOptional)
            guard let known = joined else {
                joined = given
                continue
            }
            if let wider = unifier.join(known, given) {
                joined = wider
            } else if allowsMixed || known == .dyn {
                joined = .dyn
            } else {
                mixed("this list mixes", element.value, known, given)
            }
        }
        return .list(joined ?? unifier.fresh())
    }

    private mutating func elementType(_ value: Expr, isOptional: Bool) -> CELType {
        let given = type(of: value)
        guard isOptional else { return given }
        let inner = unifier.fresh()
        if !unifier.fits(given, .optional(inner)) {
            report(.noOverload, "`?` takes an optional, and got \(shown(given))", at: value.span)
        }
        return inner
    }

    private mutating func mixed(_ what: String, _ value: Expr, _ known: CELType, _ given: CELType) {
        report(
            .mixedTypes, "\(what) \(shown(known)) and \(shown(given))", at: value.span,
            label: "\(shown(given)), where the ones before are \(shown(known))",
            help: "convert one of them, or write `dyn(...)` around it")
    }

    private mutating func mapType(_ entries: [Expr.Entry]) -> CELType {
        var keys: CELType?
        var values: CELType?
        for entry in entries {
            let key = type(of: entry.key)
            let value = elementType(entry.value, isOptional: entry.isOptional)
            checkKey(key, entry.key)
            keys = keys.map { join("the keys of this map mix", $0, key, entry.key) } ?? key
            values = values.map { join("the values of this map mix", $0, value, entry.value) } ?? value
        }
        return .map(keys ?? unifier.fresh(), values ?? unifier.fresh())
    }

    private mutating func checkKey(_ type: CELType, _ key: Expr) {
        switch unifier.resolve(type).withoutNull {
        case .bool, .int, .uint, .string, .dyn, .error, .parameter: break
        default: report(.noOverload, "a map's key cannot be \(shown(type))", at: key.span)
        }
    }

    private mutating func join(_ what: String, _ known: CELType, _ given: CELType, _ at: Expr) -> CELType {
        if let wider = unifier.join(known, given) { return wider }
        if !environment.allowsDyn { mixed(what, at, known, given) }
        return .dyn
    }
}
