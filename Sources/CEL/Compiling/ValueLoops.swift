/// Macros over values.
extension Compiler {
    /// What a macro does with one element: `first` and `second` are its names.
    private typealias Visit = (Value, Value?) throws(EvaluationFailure) -> Bool

    /// Calls `visit` for each element until it says false.
    private static func walk(
        _ range: Value, twoVariables: Bool, _ context: EvaluationContext, _ visit: Visit
    ) throws(EvaluationFailure) {
        switch range {
        case .list(let elements):
            for (place, element) in elements.enumerated() {
                try context.spend()
                let goesOn =
                    twoVariables ? try visit(.int(Int64(place)), element) : try visit(element, nil)
                if !goesOn { return }
            }
        case .map(let map):
            for (key, value) in zip(map.keys, map.values) {
                try context.spend()
                if try !visit(key, value) { return }
            }
        default: throw .noOverload("a macro")
        }
    }

    mutating func loopValue(_ loop: Expr.Comprehension, _ expr: Expr) -> ValueCode {
        let range = value(loop.range)
        let first = push(loop.first.name, .value)
        defer { pop() }
        guard let second = loop.second else { return loopBody(loop, range, first, nil) }
        let other = push(second.name, .value)
        defer { pop() }
        return loopBody(loop, range, first, other)
    }

    private mutating func loopBody(
        _ loop: Expr.Comprehension, _ range: @escaping ValueCode, _ first: Int, _ second: Int?
    ) -> ValueCode {
        let condition = loop.condition.map { value($0) }
        let result = loop.result.map { value($0) }
        switch loop.macro {
        case .all: return quantifier(range, first, second, condition, decides: false)
        case .exists: return quantifier(range, first, second, condition, decides: true)
        case .existsOne: return existsOne(range, first, second, condition)
        case .filter: return collect(range, first, second, condition, nil)
        case .map, .transformList: return collect(range, first, second, condition, result)
        case .transformMap, .transformMapEntry:
            return collectMap(range, first, second, condition, result, isEntry: loop.macro == .transformMapEntry)
        case .sortBy: return sortBy(range, first, result)
        }
    }

    private static func bind(_ frame: Frame, _ first: Int, _ key: Value, _ second: Int?, _ value: Value?) {
        frame.context.locals[first] = key
        if let second, let value { frame.context.locals[second] = value }
    }

    private func quantifier(
        _ range: @escaping ValueCode, _ first: Int, _ second: Int?, _ condition: ValueCode?, decides: Bool
    ) -> ValueCode {
        let condition: ValueCode = condition ?? { _ in .bool(!decides) }
        return { frame throws(EvaluationFailure) in
            var failure: EvaluationFailure?
            var isDecided = false
            try Self.walk(try range(frame), twoVariables: second != nil, frame.context) {
                key, value throws(EvaluationFailure) in
                Self.bind(frame, first, key, second, value)
                do throws(EvaluationFailure) {
                    guard case .bool(let flag) = try condition(frame) else {
                        throw .noOverload(decides ? "exists" : "all")
                    }
                    isDecided = flag == decides
                } catch {
                    if error.isStepLimit { throw error }
                    failure = failure ?? error
                }
                return !isDecided
            }
            if isDecided { return .bool(decides) }
            if let failure { throw failure }
            return .bool(!decides)
        }
    }

    private func existsOne(
        _ range: @escaping ValueCode, _ first: Int, _ second: Int?, _ condition: ValueCode?
    ) -> ValueCode {
        let condition: ValueCode = condition ?? { _ in .bool(false) }
        return { frame throws(EvaluationFailure) in
            var count = 0
            try Self.walk(try range(frame), twoVariables: second != nil, frame.context) {
                key, value throws(EvaluationFailure) in
                Self.bind(frame, first, key, second, value)
                guard case .bool(let flag) = try condition(frame) else { throw .noOverload("exists_one") }
                if flag { count += 1 }
                return true
            }
            return .bool(count == 1)
        }
    }

    private static func holds(_ condition: ValueCode?, _ frame: Frame) throws(EvaluationFailure) -> Bool {
        guard let condition else { return true }
        guard case .bool(let flag) = try condition(frame) else { throw .noOverload("a condition") }
        return flag
    }

    private func collect(
        _ range: @escaping ValueCode, _ first: Int, _ second: Int?, _ condition: ValueCode?, _ result: ValueCode?
    ) -> ValueCode {
        { frame throws(EvaluationFailure) in
            var made: [Value] = []
            try Self.walk(try range(frame), twoVariables: second != nil, frame.context) {
                key, value throws(EvaluationFailure) in
                Self.bind(frame, first, key, second, value)
                if try Self.holds(condition, frame) {
                    if let result { made.append(try result(frame)) } else { made.append(key) }
                }
                return true
            }
            return .list(made)
        }
    }

    private func collectMap(
        _ range: @escaping ValueCode, _ first: Int, _ second: Int?, _ condition: ValueCode?, _ result: ValueCode?,
        isEntry: Bool
    ) -> ValueCode {
        let result: ValueCode = result ?? { _ in .null }
        return { frame throws(EvaluationFailure) in
            var made = MapValue()
            try Self.walk(try range(frame), twoVariables: true, frame.context) {
                key, value throws(EvaluationFailure) in
                Self.bind(frame, first, key, second, value)
                guard try Self.holds(condition, frame) else { return true }
                let value = try result(frame)
                guard isEntry else {
                    try Library.insert(value, for: key, into: &made)
                    return true
                }
                guard case .map(let entries) = value else { throw .noOverload("transformMapEntry") }
                for (entryKey, entryValue) in zip(entries.keys, entries.values) {
                    try Library.insert(entryValue, for: entryKey, into: &made)
                }
                return true
            }
            return .map(made)
        }
    }

    private func sortBy(_ range: @escaping ValueCode, _ first: Int, _ key: ValueCode?) -> ValueCode {
        let key: ValueCode = key ?? { _ in .null }
        return { frame throws(EvaluationFailure) in
            var elements: [Value] = []
            var keys: [Value] = []
            let walked = try range(frame)
            guard case .list = walked else { throw .noOverload("sortBy") }
            try Self.walk(walked, twoVariables: false, frame.context) {
                element, _ throws(EvaluationFailure) in
                frame.context.locals[first] = element
                elements.append(element)
                keys.append(try key(frame))
                return true
            }
            return .list(try Library.order(of: keys).map { elements[$0] })
        }
    }

    mutating func optionalMapValue(
        _ operand: Expr, _ name: Expr.Variable, _ body: Expr, isFlat: Bool
    ) -> ValueCode {
        let target = value(operand)
        let place = push(name.name, .value)
        defer { pop() }
        let inner = value(body)
        return { frame throws(EvaluationFailure) in
            guard case .optional(let held) = try target(frame) else { throw .noOverload("optMap") }
            guard let held else { return .optional(nil) }
            frame.context.locals[place] = held
            let made = try inner(frame)
            guard isFlat else { return .optional(made) }
            guard case .optional = made else { throw .noOverload("optFlatMap") }
            return made
        }
    }
}
