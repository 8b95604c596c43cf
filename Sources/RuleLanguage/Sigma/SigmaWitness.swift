import CEL

/// Finds activities for which a Sigma expression is true, and such for which it is false.
struct SigmaWitness {
    /// A field's value in a fixture.
    enum Value: Hashable, Sendable {
        case text(String)
        case int(Int64)
        case bool(Bool)
    }

    /// What is known of an activity; a field without a value is null.
    struct Facts: Hashable, Sendable {
        var values: [String: Value] = [:]
        fileprivate var tests: [String: [Demand]] = [:]
    }

    fileprivate struct Demand: Hashable, Sendable {
        let test: SigmaTest
        let isWanted: Bool
    }

    /// Which of several ways is tried first.
    private let choice: Int

    /// Different activities for which the expression comes out as wanted, at most as many as `limit`.
    static func facts(for expression: SigmaExpression, wanted: Bool, limit: Int = 4) -> [Facts] {
        var found: [Facts] = []
        for choice in 0..<limit {
            guard let facts = SigmaWitness(choice: choice).solve(expression, wanted, Facts()),
                !found.contains(where: { $0.values == facts.values })
            else { continue }
            found.append(facts)
        }
        return found
    }

    /// Activities that differ from those in one field, for tests that stay quiet.
    static func nearMisses(of facts: Facts, fields: [SigmaFields.Field]) -> [Facts] {
        facts.values.keys.sorted().compactMap { name in
            var other = facts
            let isNullable = fields.first { $0.name == name }?.isNullable ?? true
            switch facts.values[name] {
            case .int(let number)? where !isNullable: other.values[name] = .int(number &+ 9001)
            default: other.values[name] = isNullable ? nil : .text("something else")
            }
            return other
        }
    }

    private func solve(_ expression: SigmaExpression, _ wanted: Bool, _ facts: Facts) -> Facts? {
        switch expression {
        case .not(let inner): return solve(inner, !wanted, facts)
        case .test(let test): return demand(test, wanted, facts)
        case .all(let parts): return wanted ? every(parts, wanted, facts) : any(parts, wanted, facts)
        case .some(let parts): return wanted ? any(parts, wanted, facts) : every(parts, wanted, facts)
        }
    }

    private func every(_ parts: [SigmaExpression], _ wanted: Bool, _ facts: Facts) -> Facts? {
        var facts: Facts? = facts
        // What must not be asks for no value, so it comes last.
        let ordered = parts.filter { !Self.isNegation($0) } + parts.filter(Self.isNegation)
        for part in ordered { facts = facts.flatMap { solve(part, wanted, $0) } }
        return facts
    }

    private static func isNegation(_ expression: SigmaExpression) -> Bool {
        if case .not = expression { return true }
        return false
    }

    private func any(_ parts: [SigmaExpression], _ wanted: Bool, _ facts: Facts) -> Facts? {
        for offset in parts.indices {
            if let found = solve(parts[(offset + choice) % parts.count], wanted, facts) { return found }
        }
        return nil
    }

    // MARK: One field

    private func demand(_ test: SigmaTest, _ wanted: Bool, _ facts: Facts) -> Facts? {
        let name = test.field.name
        var facts = facts
        facts.tests[name, default: []].append(Demand(test: test, isWanted: wanted))
        let demands = facts.tests[name] ?? []
        var candidates: [Value?] = facts.values[name].map { [$0] } ?? (test.field.isNullable ? [nil] : [])
        let examples = demands.flatMap { Self.examples($0.test, facts) }
        candidates += examples.map(Optional.some)
        if case .text(let first)?? = candidates.first, first.utf8.count < 2000 {
            for case .text(let other) in examples { candidates += [.text(first + other), .text(other + first)] }
        }
        for candidate in candidates {
            guard demands.allSatisfy({ Self.answer($0.test, candidate, facts) ?? $0.isWanted == $0.isWanted }) else {
                continue
            }
            facts.values[name] = candidate
            if case .other(let other, _) = test.question, wanted, let candidate {
                guard facts.values[other.name] == nil || facts.values[other.name] == candidate else { return nil }
                facts.values[other.name] = candidate
            }
            return facts
        }
        return nil
    }

    private static func examples(_ test: SigmaTest, _ facts: Facts) -> [Value] {
        let isText = test.field.type == .string
        switch test.question {
        case .text(let text, _): return isText ? [.text(text.example)] : Int64(text.example).map { [.int($0)] } ?? []
        case .number(let comparison, let number):
            guard let number = Int64(number) else { return [] }
            switch comparison {
            case .equal, .greaterOrEqual, .lessOrEqual: return [.int(number), .int(number &+ 1)]
            case .greater, .notEqual: return [.int(number &+ 1), .int(number)]
            case .less: return [.int(number &- 1), .int(number)]
            }
        case .truth(let value): return [.bool(value)]
        case .pattern: return []
        case .network(let block): return [.text(String(block.split(separator: "/").first ?? ""))]
        case .exists, .null: return isText ? [.text("x")] : test.field.type == .bool ? [.bool(true)] : [.int(1)]
        case .empty: return [.text("x")]
        case .other(let other, _): return [facts.values[other.name] ?? (isText ? .text("x") : .int(1))]
        }
    }

    /// What the test says of a value; nil when that is not known here.
    private static func answer(_ test: SigmaTest, _ value: Value?, _ facts: Facts) -> Bool? {
        guard let value else {
            switch test.question {
            case .null, .empty, .exists(false), .number(.notEqual, _): return true
            default: return false
            }
        }
        switch (test.question, value) {
        case (.null, _), (.exists(false), _), (.empty, _): return false
        case (.exists(true), _): return true
        case (.truth(let wanted), .bool(let value)): return wanted == value
        case (.number(let comparison, let text), .int(let number)):
            guard let other = Int64(text) else { return nil }
            switch comparison {
            case .equal: return number == other
            case .notEqual: return number != other
            case .less: return number < other
            case .lessOrEqual: return number <= other
            case .greater: return number > other
            case .greaterOrEqual: return number >= other
            }
        case (.text(let text, let isCased), .text(let value)): return answer(text, value, isCased: isCased)
        default: return nil
        }
    }

    private static func answer(_ text: SigmaText, _ value: String, isCased: Bool) -> Bool? {
        func fold(_ text: String) -> [UInt8] { Array((isCased ? text : text.lowercased()).utf8) }
        let value = fold(value)
        switch text.form {
        case .equals(let plain): return value == fold(plain)
        case .startsWith(let plain): return value.starts(with: fold(plain))
        case .endsWith(let plain): return value.reversed().starts(with: fold(plain).reversed())
        case .contains(let plain):
            let part = fold(plain)
            guard part.count <= value.count else { return false }
            return (0...(value.count - part.count)).contains { value[$0...].starts(with: part) }
        case .present: return !value.isEmpty
        case .pattern: return nil
        }
    }
}
