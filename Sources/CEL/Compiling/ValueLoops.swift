import Diagnostics

/// What a macro goes over.
private struct LoopRange: Sendable {
    let code: ValueCode
    let hasTwoVariables: Bool
    let takesMaps: Bool
    let span: Span

    /// Calls `visit` for each element until it says false.
    func walk(
        _ frame: Frame, _ visit: (Value, Value?) throws(EvaluationFailure) -> Bool
    ) throws(EvaluationFailure) {
        switch try code(frame) {
        case .list(let elements):
            for (place, element) in elements.enumerated() {
                try spend(frame)
                let goesOn =
                    hasTwoVariables ? try visit(.int(Int64(place)), element) : try visit(element, nil)
                if !goesOn { return }
            }
        case .map(let map) where takesMaps:
            for (key, value) in zip(map.keys, map.values) {
                try spend(frame)
                if try !visit(key, value) { return }
            }
        default: throw .noOverload(takesMaps ? "a macro" : "sortBy")
        }
    }

    private func spend(_ frame: Frame) throws(EvaluationFailure) {
        frame.context.stepsLeft -= 1
        guard frame.context.stepsLeft < 0 else { return }
        frame.context.failureSpan = span
        throw .limit(.steps)
    }
}

/// Macros over values.
extension Compiler {
    mutating func loopValue(_ loop: Expr.Comprehension, _ expr: Expr) -> ValueCode {
        let range = LoopRange(
            code: value(loop.range), hasTwoVariables: loop.second != nil, takesMaps: loop.macro != .sortBy,
            span: loop.range.span)
        let first = push(loop.first.name, .value)
        defer { pop() }
        guard let second = loop.second else { return loopBody(loop, range, first, nil) }
        let other = push(second.name, .value)
        defer { pop() }
        return loopBody(loop, range, first, other)
    }

    private mutating func loopBody(
        _ loop: Expr.Comprehension, _ range: LoopRange, _ first: Int, _ second: Int?
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
        _ range: LoopRange, _ first: Int, _ second: Int?, _ condition: ValueCode?, decides: Bool
    ) -> ValueCode {
        let condition: ValueCode = condition ?? ValueCode { _ in .bool(!decides) }
        return ValueCode { frame throws(EvaluationFailure) in
            let context = frame.context
            let before = context.failureSpan
            var failed: (failure: EvaluationFailure, span: Span?)?
            var isDecided = false
            try range.walk(frame) { key, value throws(EvaluationFailure) in
                Self.bind(frame, first, key, second, value)
                do throws(EvaluationFailure) {
                    guard case .bool(let flag) = try condition(frame) else {
                        throw .noOverload(decides ? "exists" : "all")
                    }
                    isDecided = flag == decides
                } catch {
                    if error.isStepLimit { throw error }
                    if failed == nil { failed = (error, context.failureSpan) }
                }
                context.failureSpan = before
                return !isDecided
            }
            if isDecided { return .bool(decides) }
            guard let failed else { return .bool(!decides) }
            context.failureSpan = failed.span
            throw failed.failure
        }
    }

    private func existsOne(
        _ range: LoopRange, _ first: Int, _ second: Int?, _ condition: ValueCode?
    ) -> ValueCode {
        let condition: ValueCode = condition ?? ValueCode { _ in .bool(false) }
        return ValueCode { frame throws(EvaluationFailure) in
            var count = 0
            try range.walk(frame) { key, value throws(EvaluationFailure) in
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
        _ range: LoopRange, _ first: Int, _ second: Int?, _ condition: ValueCode?, _ result: ValueCode?
    ) -> ValueCode {
        ValueCode { frame throws(EvaluationFailure) in
            var made: [Value] = []
            try range.walk(frame) { key, value throws(EvaluationFailure) in
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
        _ range: LoopRange, _ first: Int, _ second: Int?, _ condition: ValueCode?, _ result: ValueCode?,
        isEntry: Bool
    ) -> ValueCode {
        let result: ValueCode = result ?? ValueCode { _ in .null }
        return ValueCode { frame throws(EvaluationFailure) in
            var made = MapValue()
            try range.walk(frame) { key, value throws(EvaluationFailure) in
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

    private func sortBy(_ range: LoopRange, _ first: Int, _ key: ValueCode?) -> ValueCode {
        let key: ValueCode = key ?? ValueCode { _ in .null }
        return ValueCode { frame throws(EvaluationFailure) in
            var elements: [Value] = []
            var keys: [Value] = []
            try range.walk(frame) { element, _ throws(EvaluationFailure) in
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
        return ValueCode { frame throws(EvaluationFailure) in
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
