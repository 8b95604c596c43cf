import CEL

/// Paths such as `activity.ip` that are known not to be null.
struct NullFacts: Sendable, Equatable {
    private(set) var paths: Set<String> = []

    func knows(_ path: String) -> Bool { paths.contains(path) }

    func joined(with other: NullFacts) -> NullFacts { NullFacts(paths: paths.union(other.paths)) }

    /// What holds when only one of two sets does, and nobody says which.
    func shared(with other: NullFacts) -> NullFacts { NullFacts(paths: paths.intersection(other.paths)) }

    /// What is known of `activity` said of the record that an activity became: a step, or `prev`.
    func renamed(from root: String, to name: String) -> NullFacts {
        let prefix = root + "."
        return NullFacts(
            paths: Set(paths.filter { $0.hasPrefix(prefix) }.map { name + "." + $0.dropFirst(prefix.count) }))
    }

    fileprivate static func one(_ path: String?) -> NullFacts {
        guard let path else { return NullFacts() }
        // A field that was read and is not null was read from a record that is not null.
        var paths: Set<String> = [path]
        var record = path[...]
        while let dot = record.utf8.lastIndex(of: 0x2E) {
            record = record[..<dot]
            paths.insert(String(record))
        }
        return NullFacts(paths: paths)
    }
}

/// What a condition tells about null when it is true, and when it is false.
struct NullReasoning {
    let checked: CheckedExpression

    /// The path of names and fields that a node reads; nil for anything else.
    func path(_ expr: Expr) -> String? {
        switch (expr.kind, checked.references[expr.id]) {
        case (.name, .local(let place)?): return "#\(place)"
        case (_, .variable(let variable)?): return variable.name
        case (.select(let operand, let field, _, false), _): return path(operand).map { $0 + "." + field }
        default: return nil
        }
    }

    /// Whether a node's type has null in it, whatever is known on the path.
    private func hasNull(_ expr: Expr) -> Bool {
        switch checked.references[expr.id] {
        case .variable(let variable)?: return variable.isNullable
        case .field(let field, _)?: return field.isNullable
        default: break
        }
        switch checked.types[expr.id] {
        case .wrapper?, .null?: return true
        default: return false
        }
    }

    /// Whether a node may be null, given what is known.
    func mayBeNull(_ expr: Expr, _ facts: NullFacts) -> Bool {
        switch expr.kind {
        case .conditional(let test, let yes, let no):
            return mayBeNull(yes, facts.joined(with: whenTrue(test)))
                || mayBeNull(no, facts.joined(with: whenFalse(test)))
        case .bind(_, _, let body): return mayBeNull(body, facts)
        default: return hasNull(expr) && !(path(expr).map(facts.knows) ?? false)
        }
    }

    func whenTrue(_ expr: Expr) -> NullFacts {
        switch expr.kind {
        case .and(let parts): return parts.reduce(NullFacts()) { $0.joined(with: whenTrue($1)) }
        case .or(let parts): return common(parts.map(whenTrue))
        case .unary(.not, let operand): return whenFalse(operand)
        case .has(let operand, let field, _): return .one(path(operand).map { $0 + "." + field })
        case .binary(.notEqual, let left, let right):
            if isNull(right) { return .one(path(left)) }
            return isNull(left) ? .one(path(right)) : NullFacts()
        case .binary(.equal, let left, let right):
            // What equals something that is not null is not null.
            if !isNull(right), !hasNull(right) { return .one(path(left)) }
            return !isNull(left) && !hasNull(left) ? .one(path(right)) : NullFacts()
        case .binary(.isIn, let left, let right):
            if case .list(.wrapper)? = checked.types[right.id] { return NullFacts() }
            return .one(path(left))
        case .conditional(let test, let yes, let no):
            let first = isLiteral(yes, false) ? nil : whenTrue(test).joined(with: whenTrue(yes))
            let second = isLiteral(no, false) ? nil : whenFalse(test).joined(with: whenTrue(no))
            return common([first, second].compactMap { $0 })
        default: return NullFacts()
        }
    }

    func whenFalse(_ expr: Expr) -> NullFacts {
        switch expr.kind {
        case .or(let parts): return parts.reduce(NullFacts()) { $0.joined(with: whenFalse($1)) }
        case .and(let parts): return common(parts.map(whenFalse))
        case .unary(.not, let operand): return whenTrue(operand)
        case .binary(.equal, let left, let right):
            if isNull(right) { return .one(path(left)) }
            return isNull(left) ? .one(path(right)) : NullFacts()
        case .conditional(let test, let yes, let no):
            let first = isLiteral(yes, true) ? nil : whenTrue(test).joined(with: whenFalse(yes))
            let second = isLiteral(no, true) ? nil : whenFalse(test).joined(with: whenFalse(no))
            return common([first, second].compactMap { $0 })
        default: return NullFacts()
        }
    }

    private func common(_ all: [NullFacts]) -> NullFacts {
        guard let first = all.first else { return NullFacts() }
        return all.dropFirst().reduce(first) { $0.shared(with: $1) }
    }

    private func isNull(_ expr: Expr) -> Bool {
        if case .literal(.null) = expr.kind { return true }
        return false
    }

    private func isLiteral(_ expr: Expr, _ value: Bool) -> Bool {
        if case .literal(.bool(value)) = expr.kind { return true }
        return false
    }
}
