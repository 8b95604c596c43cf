import Timekeeping

/// Conversions between types, and `type`, `dyn`, `size`.
extension Library {
    static let conversions: [String: Function] = [
        "dyn": { a, _ throws(EvaluationFailure) in try one(a, "dyn") },
        "type": { a, _ throws(EvaluationFailure) in .type(try one(a, "type").type.runtimeName) },
        "size": { a, _ throws(EvaluationFailure) in try size(a) },
        "bool": { a, _ throws(EvaluationFailure) in try bool(try one(a, "bool")) },
        "int": { a, _ throws(EvaluationFailure) in .int(try int(try one(a, "int"))) },
        "uint": { a, _ throws(EvaluationFailure) in .uint(try uint(try one(a, "uint"))) },
        "double": { a, _ throws(EvaluationFailure) in .double(try double(try one(a, "double"))) },
        "string": { a, _ throws(EvaluationFailure) in .string(try text(of: try one(a, "string"))) },
        "bytes": { a, _ throws(EvaluationFailure) in
            switch try one(a, "bytes") {
            case .bytes(let bytes): .bytes(bytes)
            case .string(let text): .bytes(Array(text.utf8))
            default: throw .noOverload("bytes")
            }
        },
        "timestamp": { a, _ throws(EvaluationFailure) in try timestamp(try one(a, "timestamp")) },
        "duration": { a, _ throws(EvaluationFailure) in try duration(try one(a, "duration")) },
        "days": { a, _ throws(EvaluationFailure) in try span(a, "days", seconds: 86_400) },
        "hours": { a, _ throws(EvaluationFailure) in try span(a, "hours", seconds: 3600) },
        "minutes": { a, _ throws(EvaluationFailure) in try span(a, "minutes", seconds: 60) },
    ]

    static func one(_ arguments: [Value], _ name: String) throws(EvaluationFailure) -> Value {
        guard arguments.count == 1 else { throw .noOverload(name) }
        return arguments[0]
    }

    static func size(_ arguments: [Value]) throws(EvaluationFailure) -> Value {
        switch try one(arguments, "size") {
        case .string(let text): .int(Int64(text.unicodeScalars.count))
        case .bytes(let bytes): .int(Int64(bytes.count))
        case .list(let elements): .int(Int64(elements.count))
        case .map(let map): .int(Int64(map.count))
        case .null: throw .null(name: "the argument of size")
        default: throw .noOverload("size")
        }
    }

    private static func bool(_ value: Value) throws(EvaluationFailure) -> Value {
        switch value {
        case .bool: return value
        case .string(let text):
            if ["1", "t", "T", "TRUE", "true", "True"].contains(text) { return .bool(true) }
            if ["0", "f", "F", "FALSE", "false", "False"].contains(text) { return .bool(false) }
            throw .invalidArgument("this text is neither true nor false")
        default: throw .noOverload("bool")
        }
    }

    private static func int(_ value: Value) throws(EvaluationFailure) -> Int64 {
        switch value {
        case .int(let number): return number
        case .uint(let number):
            guard let fitting = Int64(exactly: number) else { throw .overflow }
            return fitting
        case .double(let number):
            guard number > -0x1p63, number < 0x1p63 else { throw .overflow }
            return Int64(number)
        case .string(let text):
            guard let number = Int64(text) else { throw .invalidArgument("this text is no int") }
            return number
        case .timestamp(let moment): return moment.seconds
        case .duration(let span): return span.seconds
        case .null: throw .null(name: "the argument of int")
        default: throw .noOverload("int")
        }
    }

    private static func uint(_ value: Value) throws(EvaluationFailure) -> UInt64 {
        switch value {
        case .uint(let number): return number
        case .int(let number):
            guard let fitting = UInt64(exactly: number) else { throw .overflow }
            return fitting
        case .double(let number):
            guard number >= 0, number < 0x1p64 else { throw .overflow }
            return UInt64(number)
        case .string(let text):
            // Swift reads "-0" as 0.
            guard text.utf8.first != 0x2d, let number = UInt64(text) else {
                throw .invalidArgument("this text is no uint")
            }
            return number
        case .null: throw .null(name: "the argument of uint")
        default: throw .noOverload("uint")
        }
    }

    private static func double(_ value: Value) throws(EvaluationFailure) -> Double {
        switch value {
        case .double(let number): return number
        case .int(let number): return Double(number)
        case .uint(let number): return Double(number)
        case .string(let text):
            guard !text.utf8.contains(where: { $0 | 0x20 == 0x78 }), let number = Double(text) else {
                throw .invalidArgument("this text is no double")
            }
            return number
        case .null: throw .null(name: "the argument of double")
        default: throw .noOverload("double")
        }
    }

    /// The text that `string(x)` gives.
    static func text(of value: Value) throws(EvaluationFailure) -> String {
        switch value {
        case .string(let text): return text
        case .bool(let flag): return flag ? "true" : "false"
        case .int(let number): return String(number)
        case .uint(let number): return String(number)
        case .double(let number): return text(of: number)
        case .bytes(let bytes):
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw .invalidArgument("these bytes are not valid UTF-8")
            }
            return text
        case .timestamp(let moment): return moment.rfc3339
        case .duration(let span): return span.celText
        case .ip(let address): return address.description
        case .cidr(let block): return block.description
        case .null: throw .null(name: "the argument of string")
        default: throw .noOverload("string")
        }
    }

    /// The shortest text that reads back as the same double; whole numbers without a fraction.
    static func text(of number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
        let text = number.description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    private static func timestamp(_ value: Value) throws(EvaluationFailure) -> Value {
        switch value {
        case .timestamp: return value
        case .string(let text):
            guard let moment = parseTimestamp(text) else {
                throw .invalidArgument("this text is no time of RFC 3339")
            }
            return .timestamp(moment)
        case .int(let seconds):
            guard seconds >= Timestamp.earliest.seconds, seconds <= Timestamp.latest.seconds else { throw .overflow }
            return .timestamp(Timestamp(seconds: seconds))
        case .null: throw .null(name: "the argument of timestamp")
        default: throw .noOverload("timestamp")
        }
    }

    private static func duration(_ value: Value) throws(EvaluationFailure) -> Value {
        switch value {
        case .duration: return value
        case .string(let text):
            guard let span = parseDuration(text) else {
                throw .invalidArgument("this text is no length of time")
            }
            return .duration(span)
        case .int(let seconds): return try Self.span([.int(seconds)], "duration", seconds: 1)
        case .null: throw .null(name: "the argument of duration")
        default: throw .noOverload("duration")
        }
    }

    private static func span(_ arguments: [Value], _ name: String, seconds: Int64) throws(EvaluationFailure) -> Value {
        guard case .int(let count) = try one(arguments, name) else { throw .noOverload(name) }
        let total = Int128(count) * Int128(seconds) * 1_000_000_000
        guard let span = CEL.span(nanoseconds: total) else { throw .overflow }
        return .duration(span)
    }
}
