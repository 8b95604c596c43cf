import Diagnostics
internal import PCRE2

/// The regex extension on PCRE2.
extension Library {
    static let patternFunctions: [String: Function] = [
        "regex.extract": { a, context throws(EvaluationFailure) in
            try patternCall("regex.extract", try context.pattern(try patternText(a)), a, context)
        },
        "regex.extractAll": { a, context throws(EvaluationFailure) in
            try patternCall("regex.extractAll", try context.pattern(try patternText(a)), a, context)
        },
        "regex.replace": { a, context throws(EvaluationFailure) in
            try patternCall("regex.replace", try context.pattern(try patternText(a)), a, context)
        },
    ]

    private static func patternText(_ a: [Value]) throws(EvaluationFailure) -> String {
        guard a.count >= 2, case .string(let text) = a[1] else { throw .noOverload("regex") }
        return text
    }

    /// A call whose pattern is known; `a` are all its arguments, the pattern's text among them.
    static func patternCall(
        _ name: String, _ pattern: Pattern, _ a: [Value], _ context: EvaluationContext
    ) throws(EvaluationFailure) -> Value {
        guard case .string(let text)? = a.first else {
            if a.first == .null { throw .null(name: "the text of \(name)") }
            throw .noOverload(name)
        }
        switch name {
        case "matches":
            return .bool(try withUTF8(text) { bytes throws(EvaluationFailure) in try context.matches(pattern, bytes) })
        case "regex.extract":
            let found = try extract(text, pattern, limit: 1, name, context)
            return .optional(found.first)
        case "regex.extractAll": return .list(try extract(text, pattern, limit: .max, name, context))
        default: return try replace(text, pattern, a, context)
        }
    }

    private static func extract(
        _ text: String, _ pattern: Pattern, limit: Int, _ name: String, _ context: EvaluationContext
    ) throws(EvaluationFailure) -> [Value] {
        guard pattern.captureCount <= 1 else {
            throw .invalidArgument("`\(name)` takes a pattern with at most one group")
        }
        let group = pattern.captureCount
        return try withUTF8(text) { bytes throws(EvaluationFailure) in
            var found: [Value] = []
            try eachMatch(pattern, bytes, context) { matcher, _ throws(EvaluationFailure) in
                if let range = matcher.range(of: group) {
                    let part = UnsafeRawBufferPointer(rebasing: bytes[range])
                    found.append(.string(String(decoding: part, as: UTF8.self)))
                }
                try context.spend()
                return found.count < limit
            }
            return found
        }
    }

    /// Calls `visit` with the matches in order; after an empty match the search goes on one character later.
    private static func eachMatch(
        _ pattern: Pattern, _ bytes: UnsafeRawBufferPointer, _ context: EvaluationContext,
        _ visit: (Matcher, Range<Int>) throws(EvaluationFailure) -> Bool
    ) throws(EvaluationFailure) {
        let matcher = context.matcher
        matcher.begin()
        var place = 0
        while place <= bytes.count {
            let from = place
            let isFound = try context.search(pattern, bytes) { () throws(MatchFailure) in
                try matcher.search(pattern, bytes, from: from)
            }
            if matcher.wasCut { context.didCutText = true }
            guard isFound, let range = matcher.range(of: 0) else { return }
            guard try visit(matcher, range) else { return }
            place = range.upperBound
            if range.isEmpty {
                place += 1
                while place < bytes.count, bytes[place] & 0xc0 == 0x80 { place += 1 }
            }
        }
    }

    private static func replace(
        _ text: String, _ pattern: Pattern, _ a: [Value], _ context: EvaluationContext
    ) throws(EvaluationFailure) -> Value {
        guard a.count == 3 || a.count == 4, case .string(let template) = a[2] else {
            throw .noOverload("regex.replace")
        }
        var left = Int64.max
        if a.count == 4 {
            guard case .int(let count) = a[3] else { throw .noOverload("regex.replace") }
            left = count < 0 ? .max : count
        }
        if left == 0 { return .string(text) }
        if let fault = Replacement.fault(in: template, groups: pattern.captureCount) { throw .invalidArgument(fault) }
        let parts = Replacement.parts(of: template) ?? []
        let made = try withUTF8(text) { bytes throws(EvaluationFailure) in
            var result: [UInt8] = []
            var copied = 0
            try eachMatch(pattern, bytes, context) { matcher, range throws(EvaluationFailure) in
                result += bytes[copied..<range.lowerBound]
                for part in parts {
                    switch part {
                    case .text(let literal): result += literal
                    case .group(let group): if let place = matcher.range(of: group) { result += bytes[place] }
                    }
                }
                copied = range.upperBound
                left -= 1
                try context.spendText(result.count)
                return left > 0
            }
            result += bytes[copied...]
            return String(decoding: result, as: UTF8.self)
        }
        return .string(made)
    }
}

extension Compiler {
    /// A call whose pattern was compiled with the expression.
    mutating func patternValue(_ name: String, _ pattern: Pattern, _ operands: [Expr], _ span: Span) -> ValueCode {
        let codes = operands.map { value($0) }
        return ValueCode { frame throws(EvaluationFailure) in
            var values: [Value] = []
            for code in codes { values.append(try code(frame)) }
            do throws(EvaluationFailure) { return try Library.patternCall(name, pattern, values, frame.context) } catch
            {
                frame.context.note(span)
                throw error
            }
        }
    }
}
