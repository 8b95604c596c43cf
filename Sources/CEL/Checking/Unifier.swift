/// Decides which types fit, and binds type parameters on the way.
struct Unifier {
    private var bindings: [String: CELType] = [:]
    private var count = 0

    /// A parameter that no other call uses.
    mutating func fresh() -> CELType {
        count += 1
        return .parameter("%\(count)")
    }

    /// An overload's types with parameters of their own.
    mutating func instance(of overload: Overload) -> (parameters: [CELType], result: CELType) {
        var names: [String: CELType] = [:]
        let parameters = overload.parameters.map { rename($0, &names) }
        return (parameters, rename(overload.result, &names))
    }

    private mutating func rename(_ type: CELType, _ names: inout [String: CELType]) -> CELType {
        switch type {
        case .parameter(let name):
            if let known = names[name] { return known }
            let new = fresh()
            names[name] = new
            return new
        case .list(let element): return .list(rename(element, &names))
        case .map(let key, let value): return .map(rename(key, &names), rename(value, &names))
        case .optional(let inner): return .optional(rename(inner, &names))
        case .type(let inner): return .type(rename(inner, &names))
        case .opaque(let name, let parts): return .opaque(name, parts.map { rename($0, &names) })
        default: return type
        }
    }

    /// The type with every bound parameter replaced.
    func resolve(_ type: CELType) -> CELType {
        switch type {
        case .parameter(let name): bindings[name].map { resolve($0) } ?? type
        case .list(let element): .list(resolve(element))
        case .map(let key, let value): .map(resolve(key), resolve(value))
        case .optional(let inner): .optional(resolve(inner))
        case .type(let inner): .type(resolve(inner))
        case .wrapper(let inner): .wrapper(resolve(inner))
        case .opaque(let name, let parts): .opaque(name, parts.map { resolve($0) })
        default: type
        }
    }

    /// Whether a value of type `source` may stand where `target` is wanted; binds nothing when it may not.
    mutating func fits(_ source: CELType, _ target: CELType) -> Bool {
        let saved = bindings
        if unify(source, target) { return true }
        bindings = saved
        return false
    }

    private mutating func unify(_ source: CELType, _ target: CELType) -> Bool {
        let source = resolve(source)
        let target = resolve(target)
        if source == target { return true }
        switch (source, target) {
        case (_, .parameter(let name)): return bind(name, source)
        case (.parameter(let name), _): return bind(name, target)
        case (.dyn, _), (_, .dyn), (.error, _), (_, .error): return true
        case (.null, .wrapper), (.null, .object), (.null, .timestamp), (.null, .duration), (.null, .optional),
            (.null, .opaque):
            return true
        case (.wrapper(let one), .wrapper(let two)): return unify(one, two)
        case (.wrapper(let inner), _): return unify(inner, target)
        case (_, .wrapper(let inner)): return unify(source, inner)
        case (.list(let one), .list(let two)), (.optional(let one), .optional(let two)):
            return unify(one, two)
        case (.type, .type): return true
        case (.map(let key, let value), .map(let otherKey, let otherValue)):
            return unify(key, otherKey) && unify(value, otherValue)
        case (.opaque(let name, let parts), .opaque(let other, let others)):
            guard name == other, parts.count == others.count else { return false }
            for (one, two) in zip(parts, others) where !unify(one, two) { return false }
            return true
        default: return false
        }
    }

    private mutating func bind(_ name: String, _ type: CELType) -> Bool {
        guard !mentions(type, name) else { return false }
        bindings[name] = type
        return true
    }

    private func mentions(_ type: CELType, _ name: String) -> Bool {
        switch type {
        case .parameter(let other): other == name
        case .list(let inner), .optional(let inner), .type(let inner), .wrapper(let inner): mentions(inner, name)
        case .map(let key, let value): mentions(key, name) || mentions(value, name)
        case .opaque(_, let parts): parts.contains { mentions($0, name) }
        default: false
        }
    }

    /// Whether the arguments fit the parameters in turn.
    ///
    /// A parameter's binding widens to the more general of the types it is given, so that `[1, dyn(1)]` is a list of
    /// `dyn`.
    mutating func fit(_ arguments: [CELType], _ parameters: [CELType]) -> Bool {
        let saved = bindings
        for (argument, parameter) in zip(arguments, parameters) {
            guard unify(argument, parameter) else {
                bindings = saved
                return false
            }
            widen(parameter, argument)
        }
        return true
    }

    private mutating func widen(_ parameter: CELType, _ argument: CELType) {
        switch (parameter, resolve(argument)) {
        case (.parameter(let name), let given):
            guard let bound = bindings[name].map({ resolve($0) }), bound != given,
                isMoreGeneral(given, than: bound), !mentions(given, name)
            else { return }
            bindings[name] = given
        case (.list(let one), .list(let two)), (.optional(let one), .optional(let two)): widen(one, two)
        case (.map(let key, let value), .map(let otherKey, let otherValue)):
            widen(key, otherKey)
            widen(value, otherValue)
        case (.opaque(_, let parts), .opaque(_, let others)):
            for (one, two) in zip(parts, others) { widen(one, two) }
        default: break
        }
    }

    /// Whether every value of `other` is also of `type`, as far as `dyn` and null go.
    func isMoreGeneral(_ type: CELType, than other: CELType) -> Bool {
        switch (type, other) {
        case (.dyn, _): true
        case (_, .dyn), (_, .parameter): false
        case (.parameter, _): true
        case (.wrapper(let one), .wrapper(let two)): isMoreGeneral(one, than: two)
        case (.wrapper(let inner), _): inner == other || other == .null
        case (.list(let one), .list(let two)), (.optional(let one), .optional(let two)):
            isMoreGeneral(one, than: two)
        case (.map(let key, let value), .map(let otherKey, let otherValue)):
            isMoreGeneral(key, than: otherKey) && isMoreGeneral(value, than: otherValue)
        case (.opaque(let name, let parts), .opaque(let otherName, let others)):
            name == otherName && zip(parts, others).allSatisfy { isMoreGeneral($0, than: $1) }
        default: type == other
        }
    }

    /// The type that holds both; nil when only `dyn` does.
    mutating func join(_ left: CELType, _ right: CELType) -> CELType? {
        guard fits(left, right) || fits(right, left) else { return nil }
        let one = resolve(left)
        let two = resolve(right)
        if one == .null, two != .null, two != .dyn { return nullable(two) }
        if two == .null, one != .null, one != .dyn { return nullable(one) }
        return isMoreGeneral(one, than: two) ? one : two
    }

    private func nullable(_ type: CELType) -> CELType {
        switch type {
        case .wrapper, .object, .dyn: type
        default: .wrapper(type)
        }
    }
}
