import Timekeeping

/// The lists and sets extensions, and optionals.
extension Library {
    static let listMembers: [String: Function] = [
        "distinct": { a, context throws(EvaluationFailure) in
            var kept = EqualSet()
            var result: [Value] = []
            for element in try list(a, 0, "distinct", count: 1) {
                try context.spend()
                if kept.insert(element, context) { result.append(element) }
            }
            return .list(result)
        },
        "flatten": { a, context throws(EvaluationFailure) in
            guard a.count == 1 || a.count == 2 else { throw .noOverload("flatten") }
            var depth: Int64 = 1
            if a.count == 2 {
                guard case .int(let given) = a[1] else { throw .noOverload("flatten") }
                depth = given
            }
            guard depth >= 0 else { throw .invalidArgument("`flatten` cannot go to a depth of \(depth)") }
            return .list(try flatten(try list(a, 0, "flatten"), depth, context))
        },
        "slice": { a, _ throws(EvaluationFailure) in
            let elements = try list(a, 0, "slice", count: 3)
            guard case .int(let from) = a[1], case .int(let to) = a[2] else { throw .noOverload("slice") }
            guard from >= 0, from <= to, to <= Int64(elements.count) else {
                throw .invalidArgument("the part from \(from) to \(to) is not inside a list of \(elements.count)")
            }
            return .list(Array(elements[Int(from)..<Int(to)]))
        },
        "sort": { a, _ throws(EvaluationFailure) in
            let elements = try list(a, 0, "sort", count: 1)
            return .list(try order(of: elements).map { elements[$0] })
        },
        "first": { a, _ throws(EvaluationFailure) in .optional(try list(a, 0, "first", count: 1).first) },
        "last": { a, _ throws(EvaluationFailure) in .optional(try list(a, 0, "last", count: 1).last) },
    ]

    static let listFunctions: [String: Function] = [
        "lists.range": { a, context throws(EvaluationFailure) in
            guard case .int(let count) = try one(a, "lists.range") else { throw .noOverload("lists.range") }
            guard count <= Int64(context.limits.listElements) else { throw .limit(.listElements) }
            try context.spendList(max(0, Int(count)))
            return .list((0..<max(0, count)).map { .int($0) })
        },
        "sets.contains": { a, context throws(EvaluationFailure) in
            .bool(try holds(try list(a, 0, "sets.contains", count: 2), try list(a, 1, "sets.contains"), context))
        },
        "sets.equivalent": { a, context throws(EvaluationFailure) in
            let one = try list(a, 0, "sets.equivalent", count: 2)
            let two = try list(a, 1, "sets.equivalent")
            guard try holds(one, two, context) else { return .bool(false) }
            return .bool(try holds(two, one, context))
        },
        "sets.intersects": { a, context throws(EvaluationFailure) in
            var set = EqualSet()
            for element in try list(a, 0, "sets.intersects", count: 2) { _ = set.insert(element, context) }
            for element in try list(a, 1, "sets.intersects") {
                try context.spend()
                if set.contains(element, context) { return .bool(true) }
            }
            return .bool(false)
        },
    ]

    static let optionalFunctions: [String: Function] = [
        "optional.of": { a, _ throws(EvaluationFailure) in .optional(try one(a, "optional.of")) },
        "optional.none": { a, _ throws(EvaluationFailure) in
            guard a.isEmpty else { throw .noOverload("optional.none") }
            return .optional(nil)
        },
        "optional.ofNonZeroValue": { a, _ throws(EvaluationFailure) in
            let value = try one(a, "optional.ofNonZeroValue")
            return .optional(isZero(value) ? nil : value)
        },
        "optional.unwrap": { a, _ throws(EvaluationFailure) in try unwrap(a) },
    ]

    static let optionalMembers: [String: Function] = [
        "hasValue": { a, _ throws(EvaluationFailure) in .bool(try optional(a, "hasValue", count: 1) != nil) },
        "value": { a, _ throws(EvaluationFailure) in
            guard let value = try optional(a, "value", count: 1) else { throw .emptyOptional }
            return value
        },
        "orValue": { a, _ throws(EvaluationFailure) in try optional(a, "orValue", count: 2) ?? a[1] },
        "or": { a, _ throws(EvaluationFailure) in
            guard a.count == 2, case .optional = a[1] else { throw .noOverload("or") }
            return try optional(a, "or", count: 2) == nil ? a[1] : a[0]
        },
        "unwrapOpt": { a, _ throws(EvaluationFailure) in try unwrap(a) },
    ]

    private static func optional(_ a: [Value], _ name: String, count: Int) throws(EvaluationFailure) -> Value? {
        guard a.count == count, case .optional(let inner) = a[0] else { throw .noOverload(name) }
        return inner
    }

    private static func unwrap(_ a: [Value]) throws(EvaluationFailure) -> Value {
        var result: [Value] = []
        for element in try list(a, 0, "unwrapOpt", count: 1) {
            guard case .optional(let inner) = element else { throw .noOverload("unwrapOpt") }
            if let inner { result.append(inner) }
        }
        return .list(result)
    }

    private static func isZero(_ value: Value) -> Bool {
        switch value {
        case .null: true
        case .bool(let flag): !flag
        case .int(let number): number == 0
        case .uint(let number): number == 0
        case .double(let number): number == 0
        case .string(let text): text.isEmpty
        case .bytes(let bytes): bytes.isEmpty
        case .list(let elements): elements.isEmpty
        case .map(let map): map.isEmpty
        case .optional(let inner): inner == nil
        case .duration(let span): span == .zero
        default: false
        }
    }

    static func list(
        _ a: [Value], _ place: Int, _ name: String, count: Int? = nil
    ) throws(EvaluationFailure) -> [Value] {
        if let count, a.count != count { throw .noOverload(name) }
        guard place < a.count, case .list(let elements) = a[place] else {
            if place < a.count, a[place] == .null { throw .null(name: "an argument of \(name)") }
            throw .noOverload(name)
        }
        return elements
    }

    private static func holds(
        _ whole: [Value], _ part: [Value], _ context: EvaluationContext
    ) throws(EvaluationFailure) -> Bool {
        var set = EqualSet()
        for element in whole { _ = set.insert(element, context) }
        for element in part {
            try context.spend()
            if !set.contains(element, context) { return false }
        }
        return true
    }

    private static func flatten(
        _ elements: [Value], _ depth: Int64, _ context: EvaluationContext
    ) throws(EvaluationFailure) -> [Value] {
        var result: [Value] = []
        for element in elements {
            try context.spend()
            if depth > 0, case .list(let inner) = element {
                result += try flatten(inner, depth - 1, context)
            } else {
                result.append(element)
            }
            if result.count > context.limits.listElements { throw .limit(.listElements) }
        }
        return result
    }

    /// The places of values in ascending order, equal ones as they came.
    static func order(of keys: [Value]) throws(EvaluationFailure) -> [Int] {
        guard let first = keys.first else { return [] }
        switch first {
        case .bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration: break
        default: throw .noOverload("sort")
        }
        for key in keys where key.type != first.type { throw .noOverload("sort") }
        return keys.indices.sorted { one, two in
            let order = keys[one].compared(to: keys[two]) ?? 0
            return order != 0 ? order < 0 : one < two
        }
    }
}

/// A set under the equality of the language; scalars are hashed, the rest is compared one by one.
private struct EqualSet {
    private var keys: Set<MapValue.Key> = []
    private var others: [Value] = []

    /// Adds a value; false when one that equals it is there.
    mutating func insert(_ value: Value, _ context: EvaluationContext) -> Bool {
        if let key = MapValue.Key(value) { return keys.insert(key).inserted }
        if contains(value, context) { return false }
        others.append(value)
        return true
    }

    func contains(_ value: Value, _ context: EvaluationContext) -> Bool {
        if let key = MapValue.Key(value) { return keys.contains(key) }
        context.stepsLeft -= others.count
        return others.contains { $0.equals(value) }
    }
}
