import Timekeeping

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `"%s of %d".format([name, count])`.
enum TextFormat {
    /// Fills in the clauses of a template.
    ///
    /// The clauses are `%s %d %f %e %b %o %x %X`, a precision (`%.3f`) and `%%`, as the strings extension has them.
    static func format(
        _ template: String, _ values: [Value], _ context: EvaluationContext
    ) throws(EvaluationFailure) -> String {
        var result = ""
        var next = 0
        var rest = template.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            guard scalar == "%" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            if rest.first == "%" {
                rest.removeFirst()
                result += "%"
                continue
            }
            let precision = try precision(&rest)
            guard let clause = rest.popFirst() else {
                throw .invalidArgument("the format ends in the middle of a clause")
            }
            guard next < values.count else { throw .indexOutOfRange(Int64(next)) }
            result += try text(values[next], clause, precision)
            next += 1
            try context.spendText(result.utf8.count)
        }
        return result
    }

    private static func precision(
        _ rest: inout Substring.UnicodeScalarView
    ) throws(EvaluationFailure) -> Int? {
        guard rest.first == "." else { return nil }
        rest.removeFirst()
        var digits = ""
        while let scalar = rest.first, scalar.isASCII, UInt8(scalar.value).isDigit {
            digits.unicodeScalars.append(scalar)
            rest.removeFirst()
        }
        guard let value = Int(digits), value <= 100 else {
            throw .invalidArgument("the precision of a format clause is 0 to 100")
        }
        return value
    }

    private static func text(
        _ value: Value, _ clause: Unicode.Scalar, _ precision: Int?
    ) throws(EvaluationFailure) -> String {
        switch clause {
        case "s": return try plain(value)
        case "d": return try decimal(value)
        case "f": return try floating(value, precision ?? 6, isScientific: false)
        case "e": return try floating(value, precision ?? 6, isScientific: true)
        case "b": return try radix(value, 2, "%b")
        case "o": return try radix(value, 8, "%o")
        case "x", "X":
            let text = try hexadecimal(value)
            return clause == "X" ? text.uppercased() : text
        default: throw .invalidArgument("`%\(clause)` is no clause of a format")
        }
    }

    private static func plain(_ value: Value) throws(EvaluationFailure) -> String {
        switch value {
        case .null: return "null"
        case .type(let name): return name
        case .list(let elements):
            var parts: [String] = []
            for element in elements { parts.append(try plain(element)) }
            return "[" + parts.joined(separator: ", ") + "]"
        case .map(let map):
            var parts: [(key: String, text: String)] = []
            for (key, value) in zip(map.keys, map.values) {
                let name = try plain(key)
                parts.append((name, "\(name): \(try plain(value))"))
            }
            parts.sort { compareText($0.key, $1.key) < 0 }
            return "{" + parts.map(\.text).joined(separator: ", ") + "}"
        default: return try Library.text(of: value)
        }
    }

    private static func decimal(_ value: Value) throws(EvaluationFailure) -> String {
        switch value {
        case .int(let number): return String(number)
        case .uint(let number): return String(number)
        case .double(let number) where !number.isFinite: return Library.text(of: number)
        default: throw .noOverload("%d")
        }
    }

    private static func floating(
        _ value: Value, _ precision: Int, isScientific: Bool
    ) throws(EvaluationFailure) -> String {
        let number: Double
        switch value {
        case .double(let given): number = given
        case .int(let given): number = Double(given)
        case .uint(let given): number = Double(given)
        default: throw .noOverload(isScientific ? "%e" : "%f")
        }
        guard number.isFinite else { return Library.text(of: number) }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
            let count = withVaList([Int32(precision), number]) {
                vsnprintf(buffer.baseAddress, buffer.count, isScientific ? "%.*e" : "%.*f", $0)
            }
            let bytes = buffer.prefix(max(0, min(Int(count), buffer.count - 1)))
            return String(decoding: bytes.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    private static func radix(_ value: Value, _ radix: Int, _ name: String) throws(EvaluationFailure) -> String {
        switch value {
        case .int(let number): return String(number, radix: radix)
        case .uint(let number): return String(number, radix: radix)
        case .bool(let flag) where radix == 2: return flag ? "1" : "0"
        default: throw .noOverload(name)
        }
    }

    private static func hexadecimal(_ value: Value) throws(EvaluationFailure) -> String {
        switch value {
        case .string(let text): return hexadecimal(Array(text.utf8))
        case .bytes(let bytes): return hexadecimal(bytes)
        default: return try radix(value, 16, "%x")
        }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
