import Timekeeping

extension Value {
    /// The value as an expression of the language that gives it back, such as `[1, 2u, timestamp("…Z")]`.
    ///
    /// A record has no such form and is shown as its type and fields.
    public var literal: String {
        switch self {
        case .null: return "null"
        case .bool(let flag): return flag ? "true" : "false"
        case .int(let number): return String(number)
        case .uint(let number): return "\(number)u"
        case .double(let number): return Self.literal(of: number)
        case .string(let text): return Self.quoted(text)
        case .bytes(let bytes): return "b" + Self.quoted(bytes)
        case .list(let elements): return "[" + elements.map(\.literal).joined(separator: ", ") + "]"
        case .map(let map):
            let entries = zip(map.keys, map.values).map { "\($0.literal): \($1.literal)" }
            return "{" + entries.joined(separator: ", ") + "}"
        case .timestamp(let moment): return "timestamp(\"\(moment.rfc3339)\")"
        case .duration(let span): return "duration(\"\(span.celText)\")"
        case .type(let name): return name
        case .optional(let inner): return inner.map { "optional.of(\($0.literal))" } ?? "optional.none()"
        case .ip(let address): return "ip(\"\(address)\")"
        case .cidr(let block): return "cidr(\"\(block)\")"
        case .object(let record):
            let fields = zip(record.type.fields, record.fieldValues).map { "\($0.name): \($1.literal)" }
            return "\(record.type.name){" + fields.joined(separator: ", ") + "}"
        }
    }

    private static func literal(of number: Double) -> String {
        if number.isNaN { return "double(\"NaN\")" }
        if number.isInfinite { return number < 0 ? "double(\"-Infinity\")" : "double(\"Infinity\")" }
        return number.description
    }

    /// Text with escapes for all that does not show: control characters, and what turns the direction of writing.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
                quoted += escape(scalar.value)
            default:
                if scalar == "\"" || scalar == "\\" { quoted += "\\" }
                quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    private static func escape(_ code: UInt32) -> String {
        switch code {
        case 0x0a: return "\\n"
        case 0x0d: return "\\r"
        case 0x09: return "\\t"
        default:
            let digits = String(code, radix: 16)
            let width = code > 0xffff ? 8 : 4
            return (width == 8 ? "\\U" : "\\u") + String(repeating: "0", count: width - digits.count) + digits
        }
    }

    private static func quoted(_ bytes: [UInt8]) -> String {
        var quoted = "\""
        for byte in bytes {
            switch byte {
            case 0x22, 0x5c: quoted += "\\" + String(UnicodeScalar(byte))
            case 0x20...0x7e: quoted += String(UnicodeScalar(byte))
            default: quoted += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }
        return quoted + "\""
    }
}
