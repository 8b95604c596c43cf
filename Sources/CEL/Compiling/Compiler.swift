import FieldStorage
internal import PCRE2

/// Turns a checked tree into closures.
///
/// Every node has a form over values (`ValueCompiler…`), which is complete; typed nodes over slots have a faster form
/// as well (`TruthCompiler…`, `SlotCompiler…`), and what these have no case for they take from the form over values.
struct Compiler {
    /// How a macro's name is kept while an expression runs.
    enum Local {
        case value
        case slot
        case row(ObjectType)
    }

    let checked: CheckedExpression
    var locals: [(name: String, kind: Local)] = []
    private(set) var localCount = 0
    /// What nodes that read nothing gave, nil for a failure: without it each level would evaluate the ones below twice.
    private var constants: [Int: Value?] = [:]

    /// Whether parts that read nothing are worked out once; tests of the forms turn it off.
    private let folds: Bool

    init(checked: CheckedExpression, folds: Bool = true) {
        self.checked = checked
        self.folds = folds
    }

    var environment: Environment { checked.environment }

    /// Compiles the form that the expression's type is asked for, truth for conditions and slots for others, and leaves
    /// the rest until somebody asks: most rules never do, and loading a book is mostly compiling.
    mutating func program() -> Program {
        let root = checked.root
        let isFolded = constant(root) != nil
        let isCondition = checked.type == .bool
        let source = ProgramSource(checked: checked, folds: folds)
        let truthCode: TruthCode
        let slotCode: SlotCode
        if isCondition {
            let form = LazyForm(source) { $0.slot($1) }
            truthCode = truth(root)
            slotCode = SlotCode { frame in form.code(frame)(frame) }
        } else {
            let form = LazyForm(source) { $0.truth($1) }
            truthCode = TruthCode { frame in form.code(frame)(frame) }
            slotCode = slot(root)
        }
        let form = LazyForm(source) { $0.value($1) }
        return Program(
            code: ProgramCode(
                source, isConstant: isFolded, truthCode: truthCode, slotCode: slotCode,
                valueCode: ValueCode { frame throws(EvaluationFailure) in try form.code(frame)(frame) },
                localCount: localCount))
    }

    func type(_ expr: Expr) -> CELType { checked.types[expr.id] ?? .dyn }

    func reference(_ expr: Expr) -> Reference? { checked.references[expr.id] }

    /// Makes one more name known and gives its place: the number of names around it.
    ///
    /// `pop()` ends it.
    mutating func push(_ name: String, _ kind: Local) -> Int {
        locals.append((name, kind))
        localCount = max(localCount, locals.count)
        return locals.count - 1
    }

    mutating func pop() { locals.removeLast() }

    func local(_ name: String) -> (place: Int, kind: Local)? {
        locals.lastIndex { $0.name == name }.map { ($0, locals[$0].kind) }
    }

    // MARK: Constants

    /// The value of a node that reads nothing; nil for others and for those that fail.
    mutating func constant(_ expr: Expr) -> Value? {
        if case .literal(let value) = expr.kind { return value }
        if case .variable(let variable)? = reference(expr), case .constant(let value) = variable.binding {
            return value
        }
        guard folds, isConstant(expr) else { return nil }
        if let known = constants[expr.id] { return known }
        let found = evaluated(expr)
        constants.updateValue(found, forKey: expr.id)
        return found
    }

    private mutating func evaluated(_ expr: Expr) -> Value? {
        let code = unfolded(expr)
        let context = EvaluationContext(limits: environment.limits)
        context.begin(locals: localCount)
        return withUnsafeTemporaryAllocation(of: UnsafePointer<Slot>?.self, capacity: 1) { tables -> Value? in
            tables.initialize(repeating: nil)
            guard let base = tables.baseAddress else { return nil }
            let frame = Frame(tables: base, context: context)
            do throws(EvaluationFailure) { return try code(frame) } catch { return nil }
        }
    }

    private func isConstant(_ expr: Expr) -> Bool {
        switch expr.kind {
        case .literal: return true
        case .name, .select:
            switch reference(expr) {
            case .variable(let variable)?:
                if case .constant = variable.binding { return true }
                return false
            case .typeName?: return true
            default: break
            }
            if case .select(let operand, _, _, _) = expr.kind { return isConstant(operand) }
            return false
        case .comprehension, .bind, .optionalMap, .invalid, .construct: return false
        case .call(_, _, let receiver, let arguments):
            if case .function? = reference(expr) { return arguments.allSatisfy(isConstant) }
            return (receiver.map(isConstant) ?? true) && arguments.allSatisfy(isConstant)
        default: return expr.children.allSatisfy(isConstant)
        }
    }

    // MARK: Values

    /// The form over values of any node.
    mutating func value(_ expr: Expr) -> ValueCode {
        if case .literal = expr.kind { return unfolded(expr) }
        if let known = constant(expr) { return ValueCode { _ in known } }
        return unfolded(expr)
    }

    private mutating func unfolded(_ expr: Expr) -> ValueCode {
        switch expr.kind {
        case .literal(let value): return ValueCode { _ in value }
        case .name(let name, let isRooted): return nameValue(expr, name, isRooted: isRooted)
        case .select(let operand, let field, _, let isOptional):
            return selectValue(expr, operand, field, isOptional: isOptional)
        case .has(let operand, let field, _): return hasValue(operand, field)
        case .index(let operand, let index, let isOptional):
            return indexValue(expr, operand, index, isOptional: isOptional)
        case .unary(let operation, let operand): return unaryValue(expr, operation, operand)
        case .binary(let operation, let left, let right): return binaryValue(expr, operation, left, right)
        case .and(let parts): return logicValue(parts, decides: false)
        case .or(let parts): return logicValue(parts, decides: true)
        case .conditional(let test, let yes, let no):
            let condition = value(test)
            let left = value(yes)
            let right = value(no)
            return ValueCode { frame throws(EvaluationFailure) in
                guard case .bool(let flag) = try condition(frame) else { throw .noOverload("? :") }
                return flag ? try left(frame) : try right(frame)
            }
        case .call: return callValue(expr)
        case .list(let elements): return listValue(elements)
        case .map(let entries): return mapValue(entries)
        case .construct(let type, _): return ValueCode { _ throws(EvaluationFailure) in throw .unbound(name: type) }
        case .comprehension(let loop): return loopValue(loop, expr)
        case .bind(let name, let known, let body):
            return bindValue(name, known, body)
        case .optionalMap(let operand, let name, let body, let isFlat):
            return optionalMapValue(operand, name, body, isFlat: isFlat)
        case .invalid: return ValueCode { _ throws(EvaluationFailure) in throw .unbound(name: "") }
        }
    }

    private mutating func bindValue(_ name: Expr.Variable, _ known: Expr, _ body: Expr) -> ValueCode {
        let bound = value(known)
        let place = push(name.name, .value)
        defer { pop() }
        let inner = value(body)
        return ValueCode { frame throws(EvaluationFailure) in
            frame.context.locals[place] = try bound(frame)
            return try inner(frame)
        }
    }
}
