/// Functions on text; places count code points.
extension Library {
    static let textMembers: [String: Function] = [
        "size": { a, _ throws(EvaluationFailure) in try size(a) },
        "startsWith": { a, _ throws(EvaluationFailure) in
            let (text, part) = try two(a, "startsWith")
            return .bool(text.utf8.starts(with: part.utf8))
        },
        "endsWith": { a, _ throws(EvaluationFailure) in
            let (text, part) = try two(a, "endsWith")
            return .bool(
                text.utf8.count >= part.utf8.count && text.utf8.suffix(part.utf8.count).elementsEqual(part.utf8))
        },
        "contains": { a, context throws(EvaluationFailure) in
            let (text, part) = try two(a, "contains")
            try context.spend(text.utf8.count / 64)
            return .bool(withBytes(text) { haystack in withBytes(part) { find($0, in: haystack) != nil } })
        },
        "iequals": { a, _ throws(EvaluationFailure) in try iequals(a) },
        "icontains": { a, context throws(EvaluationFailure) in try icontains(a, context) },
        "matches": { a, context throws(EvaluationFailure) in try matches(a, context) },
        "charAt": { a, _ throws(EvaluationFailure) in
            let scalars = try scalars(a, 0, "charAt")
            let place = try index(a, 1, "charAt", upTo: scalars.count)
            return .string(place < scalars.count ? string(scalars[place...place]) : "")
        },
        "indexOf": { a, context throws(EvaluationFailure) in try indexOf(a, context) },
        "lastIndexOf": { a, context throws(EvaluationFailure) in try lastIndexOf(a, context) },
        "lowerAscii": { a, context throws(EvaluationFailure) in
            .string(try mapASCII(a, context, "lowerAscii") { $0 &- 65 < 26 ? $0 | 0x20 : $0 })
        },
        "upperAscii": { a, context throws(EvaluationFailure) in
            .string(try mapASCII(a, context, "upperAscii") { $0 &- 97 < 26 ? $0 & 0xdf : $0 })
        },
        "trim": { a, _ throws(EvaluationFailure) in
            let scalars = try scalars(a, 0, "trim", count: 1)
            let first = scalars.firstIndex { !$0.properties.isWhitespace } ?? scalars.count
            let last = scalars.lastIndex { !$0.properties.isWhitespace } ?? -1
            return .string(first <= last ? string(scalars[first...last]) : "")
        },
        "reverse": { a, context throws(EvaluationFailure) in
            if a.count == 1, case .list(let elements) = a[0] {
                try context.spendList(elements.count)
                return .list(elements.reversed())
            }
            return .string(string(try scalars(a, 0, "reverse", count: 1).reversed()[...]))
        },
        "replace": { a, context throws(EvaluationFailure) in try replace(a, context) },
        "split": { a, context throws(EvaluationFailure) in try split(a, context) },
        "substring": { a, _ throws(EvaluationFailure) in try substring(a) },
        "join": { a, context throws(EvaluationFailure) in try join(a, context) },
        "format": { a, context throws(EvaluationFailure) in
            guard a.count == 2, case .string(let template) = a[0], case .list(let values) = a[1] else {
                throw .noOverload("format")
            }
            return .string(try TextFormat.format(template, values, context))
        },
    ]

    // MARK: Arguments

    private static func two(_ a: [Value], _ name: String) throws(EvaluationFailure) -> (String, String) {
        guard a.count == 2 else { throw .noOverload(name) }
        if a[0] == .null || a[1] == .null { throw .null(name: "an argument of \(name)") }
        guard case .string(let one) = a[0], case .string(let two) = a[1] else { throw .noOverload(name) }
        return (one, two)
    }

    private static func text(_ a: [Value], _ place: Int, _ name: String) throws(EvaluationFailure) -> String {
        guard place < a.count, case .string(let text) = a[place] else {
            if place < a.count, a[place] == .null { throw .null(name: "an argument of \(name)") }
            throw .noOverload(name)
        }
        return text
    }

    private static func number(_ a: [Value], _ place: Int, _ name: String) throws(EvaluationFailure) -> Int64 {
        guard place < a.count, case .int(let number) = a[place] else { throw .noOverload(name) }
        return number
    }

    private static func scalars(
        _ a: [Value], _ place: Int, _ name: String, count: Int? = nil
    ) throws(EvaluationFailure) -> [Unicode.Scalar] {
        if let count, a.count != count { throw .noOverload(name) }
        return Array(try text(a, place, name).unicodeScalars)
    }

    private static func index(
        _ a: [Value], _ place: Int, _ name: String, upTo limit: Int
    ) throws(EvaluationFailure) -> Int {
        let number = try number(a, place, name)
        guard number >= 0, number <= Int64(limit) else { throw .indexOutOfRange(number) }
        return Int(number)
    }

    static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }

    // MARK: Searching

    private static func indexOf(_ a: [Value], _ context: EvaluationContext) throws(EvaluationFailure) -> Value {
        guard a.count == 2 || a.count == 3 else { throw .noOverload("indexOf") }
        let scalars = try scalars(a, 0, "indexOf")
        let part = try Self.scalars(a, 1, "indexOf")
        let start = a.count == 3 ? try index(a, 2, "indexOf", upTo: scalars.count) : 0
        try context.spend(1 + scalars.count * max(1, part.count) / 64)
        guard part.count <= scalars.count - start else { return .int(-1) }
        for place in start...(scalars.count - part.count) where scalars[place...].starts(with: part) {
            return .int(Int64(place))
        }
        return .int(-1)
    }

    private static func lastIndexOf(_ a: [Value], _ context: EvaluationContext) throws(EvaluationFailure) -> Value {
        guard a.count == 2 || a.count == 3 else { throw .noOverload("lastIndexOf") }
        let scalars = try scalars(a, 0, "lastIndexOf")
        let part = try Self.scalars(a, 1, "lastIndexOf")
        let end = a.count == 3 ? try index(a, 2, "lastIndexOf", upTo: scalars.count) : scalars.count
        try context.spend(1 + scalars.count * max(1, part.count) / 64)
        guard part.count <= scalars.count else { return .int(-1) }
        for place in stride(from: min(end, scalars.count - part.count), through: 0, by: -1)
        where scalars[place...].starts(with: part) {
            return .int(Int64(place))
        }
        return .int(-1)
    }

    private static func iequals(_ a: [Value]) throws(EvaluationFailure) -> Value {
        let (one, two) = try two(a, "iequals")
        return .bool(sameText(CaseFolding.fold(one), CaseFolding.fold(two)))
    }

    private static func icontains(_ a: [Value], _ context: EvaluationContext) throws(EvaluationFailure) -> Value {
        let (text, part) = try two(a, "icontains")
        try context.spend(1 + text.utf8.count / 64)
        let folded = CaseFolding.fold(text)
        let wanted = CaseFolding.fold(part)
        return .bool(withBytes(folded) { haystack in withBytes(wanted) { find($0, in: haystack) != nil } })
    }

    static func matches(_ a: [Value], _ context: EvaluationContext) throws(EvaluationFailure) -> Value {
        let (text, pattern) = try two(a, "matches")
        let compiled = try context.pattern(pattern)
        return .bool(try withUTF8(text) { bytes throws(EvaluationFailure) in try context.matches(compiled, bytes) })
    }

    // MARK: Making text

    private static func mapASCII(
        _ a: [Value], _ context: EvaluationContext, _ name: String, _ change: (UInt8) -> UInt8
    ) throws(EvaluationFailure) -> String {
        guard a.count == 1 else { throw .noOverload(name) }
        let text = try text(a, 0, name)
        try context.spendText(text.utf8.count)
        return String(decoding: text.utf8.map(change), as: UTF8.self)
    }

    private static func replace(_ a: [Value], _ context: EvaluationContext) throws(EvaluationFailure) -> Value {
        guard a.count == 3 || a.count == 4 else { throw .noOverload("replace") }
        let text = Array(try text(a, 0, "replace").utf8)
        let old = Array(try Self.text(a, 1, "replace").utf8)
        let new = Array(try Self.text(a, 2, "replace").utf8)
        let count = a.count == 4 ? try number(a, 3, "replace") : -1
        var left = count < 0 ? Int64.max : count
        var result: [UInt8] = []
        var place = 0
        while place <= text.count {
            // An empty text stands before each character and at the end.
            let isWanted = !old.isEmpty || place == text.count || text[place] & 0xc0 != 0x80
            if left > 0, isWanted, text[place...].starts(with: old) {
                result += new
                left -= 1
                try context.spend(1 + new.count / 64)
                if result.count > context.limits.textResultBytes { throw .limit(.textBytes) }
                place += old.count
                if !old.isEmpty { continue }
            }
            if place < text.count { result.append(text[place]) }
            place += 1
        }
        try context.spendText(result.count)
        return .string(String(decoding: result, as: UTF8.self))
    }

    private static func split(_ a: [Value], _ context: EvaluationContext) throws(EvaluationFailure) -> Value {
        guard a.count == 2 || a.count == 3 else { throw .noOverload("split") }
        let scalars = try scalars(a, 0, "split")
        let mark = try Self.scalars(a, 1, "split")
        let limit = a.count == 3 ? try number(a, 2, "split") : -1
        if limit == 0 { return .list([]) }
        try context.spendList(scalars.count)
        var parts: [Value] = []
        var start = 0
        var place = mark.isEmpty ? 1 : 0
        while place + mark.count <= scalars.count, limit < 0 || parts.count < Int(limit) - 1 {
            if mark.isEmpty, place >= scalars.count { break }
            if scalars[place...].starts(with: mark) {
                parts.append(.string(string(scalars[start..<place])))
                start = place + mark.count
                place = start + (mark.isEmpty ? 1 : 0)
            } else {
                place += 1
            }
        }
        if mark.isEmpty, scalars.isEmpty { return .list([]) }
        parts.append(.string(string(scalars[start...])))
        return .list(parts)
    }

    private static func substring(_ a: [Value]) throws(EvaluationFailure) -> Value {
        guard a.count == 2 || a.count == 3 else { throw .noOverload("substring") }
        let scalars = try scalars(a, 0, "substring")
        let start = try index(a, 1, "substring", upTo: scalars.count)
        let end = a.count == 3 ? try index(a, 2, "substring", upTo: scalars.count) : scalars.count
        guard start <= end else { throw .invalidArgument("the part from \(start) to \(end) ends before it starts") }
        return .string(string(scalars[start..<end]))
    }

    private static func join(_ a: [Value], _ context: EvaluationContext) throws(EvaluationFailure) -> Value {
        guard a.count == 1 || a.count == 2, case .list(let elements) = a[0] else { throw .noOverload("join") }
        let mark = a.count == 2 ? try text(a, 1, "join") : ""
        var result = ""
        for (place, element) in elements.enumerated() {
            guard case .string(let part) = element else { throw .noOverload("join") }
            if place > 0 { result += mark }
            result += part
            try context.spendText(result.utf8.count)
        }
        return .string(result)
    }
}
