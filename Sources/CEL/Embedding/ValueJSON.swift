import Timekeeping

extension Value {
    /// The value as plain JSON, for those who do not read CEL.
    ///
    /// Moments and lengths of time become text, bytes base 64, an empty optional null, NaN and the infinities text.
    public var json: String {
        switch self {
        case .null, .optional(nil): return "null"
        case .bool(let flag): return flag ? "true" : "false"
        case .int(let number): return String(number)
        case .uint(let number): return String(number)
        case .double(let number):
            return number.isFinite ? number.description : TaggedValue.text(Library.text(of: number))
        case .string(let text), .type(let text): return TaggedValue.text(text)
        case .bytes(let bytes): return TaggedValue.text(Base64.encode(bytes))
        case .list(let elements): return "[" + elements.map(\.json).joined(separator: ",") + "]"
        case .map(let map):
            return TaggedValue.object(zip(map.keys, map.values).map { (Self.key($0), $1.json) })
        case .timestamp(let moment): return TaggedValue.text(moment.rfc3339)
        case .duration(let span): return TaggedValue.text(span.celText)
        case .optional(let inner?): return inner.json
        case .ip(let address): return TaggedValue.text(address.description)
        case .cidr(let block): return TaggedValue.text(block.description)
        case .object(let record):
            return TaggedValue.object(
                zip(record.type.fields, record.fieldValues).map { ($0.name, $1.json) })
        }
    }

    private static func key(_ value: Value) -> String {
        if case .string(let text) = value { return text }
        return value.json
    }
}
