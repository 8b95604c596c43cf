public import Diagnostics

/// Where a variable's slot is: `tables[table][index]` of a frame.
public struct SlotAddress: Hashable, Sendable {
    public let table: Int
    public let index: Int

    public init(table: Int, index: Int) {
        self.table = table
        self.index = index
    }
}

/// What a name of an environment stands for.
public enum Binding: Hashable, Sendable {
    case slot(SlotAddress)
    /// A row of a table, whose fields are its slots; the row is null when the table's pointer is.
    case record(table: Int)
    case constant(Value)
}

/// A declared name.
public struct Variable: Hashable, Sendable {
    public let name: String
    public let type: CELType
    public let isNullable: Bool
    public let binding: Binding

    /// The type that the checker works with.
    var checkedType: CELType {
        if case .object = type { return type }
        return isNullable && type != .dyn ? .wrapper(type) : type
    }
}

/// A named, typed function of an author, expanded where it is called.
public struct Predicate: Sendable {
    public let name: String
    public let parameters: [(name: String, type: CELType)]
    public let body: Expr
    public let result: CELType
}

/// What an expression may name, and what it may cost.
public struct Environment: Sendable {
    public let limits: Limits
    /// Whether types may stay unknown until the value is there; rules turn this off.
    public let allowsDyn: Bool
    /// Whether patterns may use recursion and backreferences.
    public let extendedRegex: Bool
    /// What warns of slow patterns; nil, and no warning, unless it is set.
    public var patternProber: PatternProber?
    /// The namespace in which names are looked up first, such as `com.example`.
    public var container = ""
    public private(set) var objects: [String: ObjectType] = [:]
    public private(set) var variables: [String: Variable] = [:]
    public private(set) var predicates: [String: Predicate] = [:]
    /// Names of predicates that have errors: what calls one cannot be judged before they are mended.
    public var refusedPredicates: Set<String> = []
    private(set) var extraOverloads: [String: [Overload]] = [:]
    private var namespaces: Set<String> = []

    public init(limits: Limits = .default, allowsDyn: Bool, extendedRegex: Bool = false) {
        self.limits = limits
        self.allowsDyn = allowsDyn
        self.extendedRegex = extendedRegex
    }

    /// Makes a record type known by its name.
    public mutating func declare(object: ObjectType) { objects[object.name] = object }

    /// Makes a scalar or list variable known; its name may be dotted, such as `is_new.country`.
    public mutating func declare(
        _ variable: String, _ type: CELType, isNullable: Bool = false, at address: SlotAddress
    ) {
        add(Variable(name: variable, type: type, isNullable: isNullable, binding: .slot(address)))
    }

    /// Makes a record variable known; `type` was declared as an object before.
    public mutating func declare(_ variable: String, object type: String, isNullable: Bool, table: Int) {
        precondition(objects[type] != nil, "declare the object type `\(type)` before a variable of it")
        add(Variable(name: variable, type: .object(type), isNullable: isNullable, binding: .record(table: table)))
    }

    /// Makes a constant known; expressions are folded around it.
    ///
    /// The name may be dotted, such as `params.max`.
    public mutating func declare(constant name: String, _ value: Value) {
        add(Variable(name: name, type: value.declaredType, isNullable: false, binding: .constant(value)))
    }

    /// Makes a constant known whose type the value alone does not tell, such as an empty list of text.
    public mutating func declare(constant name: String, _ value: Value, type: CELType) {
        add(Variable(name: name, type: type, isNullable: false, binding: .constant(value)))
    }

    /// Makes a predicate known: a function whose body is expanded where it is called.
    ///
    /// - Parameter body: May call predicates that were declared before, so none can be recursive.
    /// - Returns: Everything wrong with the body; the predicate is declared when no error is among it.
    @discardableResult
    public mutating func declare(
        predicate name: String, parameters: [(String, CELType)], body: Expr, text: String = ""
    ) -> [Diagnostic] {
        let named = parameters.map { (name: $0.0, type: $0.1) }
        var checker = Checker(environment: self, text: text)
        let type = checker.checkBody(body, parameters: named)
        guard !checker.diagnostics.contains(where: { $0.level == .error }) else { return checker.diagnostics }
        predicates[name] = Predicate(name: name, parameters: named, body: body, result: type)
        return checker.diagnostics
    }

    /// The names of functions that every expression has, called by name alone; a predicate of one would hide it.
    public static var builtInFunctions: Set<String> {
        Set(FunctionTable.functions.keys.filter { !$0.contains(".") }).union(["has"])
    }

    /// Makes a function known to the checker alone: it has a type and cannot be evaluated.
    mutating func declare(function overload: Overload) {
        extraOverloads[overload.name, default: []].append(overload)
    }

    private mutating func add(_ variable: Variable) {
        variables[variable.name] = variable
        var path = variable.name.split(separator: ".").dropLast()
        while !path.isEmpty {
            namespaces.insert(path.joined(separator: "."))
            path = path.dropLast()
        }
    }

    /// Whether some declared name begins with `prefix` and a dot.
    func isNamespace(_ prefix: String) -> Bool { namespaces.contains(prefix) }

    /// The names that `name` may mean in this container, the first one wins.
    func candidates(for name: String, isRooted: Bool) -> [String] {
        guard !isRooted, !container.isEmpty else { return [name] }
        var parts = container.split(separator: ".")
        var names: [String] = []
        while !parts.isEmpty {
            names.append(parts.joined(separator: ".") + "." + name)
            parts.removeLast()
        }
        return names + [name]
    }
}

extension Value {
    /// The type of a constant: that of its elements where they agree, `dyn` where they do not.
    var declaredType: CELType {
        switch self {
        case .list(let elements):
            guard let first = elements.first?.declaredType else { return .list(.parameter("element")) }
            return .list(elements.allSatisfy { $0.declaredType == first } ? first : .dyn)
        case .map(let map):
            guard let key = map.keys.first?.declaredType, let value = map.values.first?.declaredType else {
                return .map(.parameter("key"), .parameter("value"))
            }
            return .map(
                map.keys.allSatisfy { $0.declaredType == key } ? key : .dyn,
                map.values.allSatisfy { $0.declaredType == value } ? value : .dyn)
        default: return type
        }
    }
}
