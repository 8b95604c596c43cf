import Timekeeping

/// Values as the suite's JSON lines have them: `{"int": "5"}`, `{"list": [...]}`.
enum TaggedValue {
    /// A value from its tagged form; nil for anything else.
    static func value(_ tagged: Value) -> Value? {
        guard case .map(let map) = tagged, case .string(let tag)? = map.keys.first, let payload = map.values.first
        else {
            return nil
        }
        if let bits = map[text: "bits"], case .string(let digits) = bits {
            return UInt64(digits, radix: 16).map { .double(Double(bitPattern: $0)) }
        }
        switch (tag, payload) {
        case ("null", _): return .null
        case ("bool", .bool): return payload
        case ("int", .string(let text)): return Int64(text).map { .int($0) }
        case ("uint", .string(let text)): return UInt64(text).map { .uint($0) }
        case ("double", .string(let text)): return Double(text).map { .double($0) }
        case ("string", .string): return payload
        case ("bytes", .string(let text)): return Base64.decode(text).map { .bytes($0) }
        case ("type", .string(let text)): return .type(text)
        case ("list", .list(let elements)): return list(elements)
        case ("map", .list(let entries)): return self.map(entries)
        case ("duration", .map(let parts)):
            guard let (seconds, nanoseconds) = time(parts) else { return nil }
            return .duration(TimeSpan(seconds: seconds, nanoseconds: nanoseconds))
        case ("timestamp", .map(let parts)):
            guard let (seconds, nanoseconds) = time(parts), nanoseconds >= 0, nanoseconds < 1_000_000_000 else {
                return nil
            }
            return .timestamp(Timestamp(seconds: seconds, nanoseconds: UInt32(nanoseconds)))
        default: return nil
        }
    }

    private static func time(_ parts: MapValue) -> (Int64, Int64)? {
        guard let seconds = Int64(parts.text("seconds")) else { return nil }
        if case .int(let nanoseconds)? = parts[text: "nanos"] { return (seconds, nanoseconds) }
        return (seconds, 0)
    }

    private static func list(_ elements: [Value]) -> Value? {
        var values: [Value] = []
        for element in elements {
            guard let value = value(element) else { return nil }
            values.append(value)
        }
        return .list(values)
    }

    private static func map(_ entries: [Value]) -> Value? {
        var made = MapValue()
        for case .list(let pair) in entries {
            guard pair.count == 2, let key = value(pair[0]), let value = value(pair[1]) else { return nil }
            _ = made.insert(value, for: key)
        }
        return .map(made)
    }

    // MARK: Writing

    /// The tagged form of a value.
    static func json(_ value: Value) -> String {
        switch value {
        case .null: object([("null", "true")])
        case .bool(let flag): object([("bool", flag ? "true" : "false")])
        case .int(let number): object([("int", text(String(number)))])
        case .uint(let number): object([("uint", text(String(number)))])
        case .double(let number):
            object([
                ("double", text(number.isNaN ? "NaN" : number.description)),
                ("bits", text(hexadecimal(number.bitPattern))),
            ])
        case .string(let string): object([("string", text(string))])
        case .bytes(let bytes): object([("bytes", text(Base64.encode(bytes)))])
        case .type(let name): object([("type", text(name))])
        case .list(let elements): object([("list", "[" + elements.map(json).joined(separator: ",") + "]")])
        case .map(let map):
            object([
                (
                    "map",
                    "[" + zip(map.keys, map.values).map { "[\(json($0)),\(json($1))]" }.joined(separator: ",") + "]"
                )
            ])
        case .timestamp(let moment): object([("timestamp", time(moment.seconds, Int64(moment.nanoseconds)))])
        case .duration(let span): object([("duration", time(span.seconds, Int64(span.nanoseconds)))])
        case .optional(let inner): object([("optional", inner.map(json) ?? "null")])
        case .object(let record): object([("object", text(record.type.name))])
        case .ip(let address): object([("ip", text(address.description))])
        case .cidr(let block): object([("cidr", text(block.description))])
        }
    }

    private static func time(_ seconds: Int64, _ nanoseconds: Int64) -> String {
        object([("seconds", text(String(seconds))), ("nanos", String(nanoseconds))])
    }

    private static func hexadecimal(_ bits: UInt64) -> String {
        let digits = String(bits, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// A JSON object of members that are JSON already.
    static func object(_ members: [(String, String)]) -> String {
        "{" + members.map { "\(text($0)):\($1)" }.joined(separator: ",") + "}"
    }

    /// A JSON text.
    static func text(_ string: String) -> String {
        var quoted = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\u{00}"..<"\u{20}":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
