import CEL
import Directory
import RuleLanguage
import Timekeeping

/// Turns what a test writes into the values that expressions read.
enum FixtureRow {
    /// Fills slots of a row from the fields that a test names; the others take their usual value.
    static func fill(_ row: RowBuffer, _ type: ObjectType, with fields: [String: FixtureValue]) {
        row.forgetText()
        for field in type.fields { row.slots[field.slot] = row.any(value(of: field, in: type, fields)) }
    }

    private static func value(of field: ObjectType.Field, in type: ObjectType, _ fields: [String: FixtureValue])
        -> Value
    {
        if let written = fields[field.name] { return value(written, field.type) }
        return field.isNullable ? .null : usual(field, in: type)
    }

    /// What a field has that can never be null and that a test does not name.
    private static func usual(_ field: ObjectType.Field, in type: ObjectType) -> Value {
        switch (type.name, field.name) {
        case ("User", "status"): .string(UserStatus.active.rawValue)
        case ("User", "state"): .string(UserState.approved.rawValue)
        case (_, "active"), (_, "enabled"): .bool(true)
        default:
            switch field.type {
            case .bool: .bool(false)
            case .int: .int(0)
            case .double: .double(0)
            case .string: .string("")
            case .timestamp: .timestamp(.earliest)
            case .duration: .duration(.zero)
            case .list: .list([])
            case .map: .map(MapValue())
            default: .null
            }
        }
    }

    /// The value that a test wrote, as a value of a type.
    static func value(_ written: FixtureValue, _ type: CELType) -> Value {
        switch (written, type) {
        case (.int(let number), .double): .double(Double(number))
        case (.int(let number), .string): .string(String(number))
        case (.text(let text), .timestamp): Timestamp(rfc3339: text).map(Value.timestamp) ?? .null
        case (.text(let text), .int): Int64(text).map(Value.int) ?? .null
        case (.list(let elements), .list(let element)): .list(elements.map { value($0, element) })
        case (.object(let fields), .object(let name)): object(fields, name)
        case (.object(let fields), .map(_, let element)):
            .map(MapValue(fields.sorted { $0.key < $1.key }.map { (.string($0.key), value($0.value, element)) }))
        default: plain(written)
        }
    }

    private static func object(_ fields: [String: FixtureValue], _ name: String) -> Value {
        guard let type = IdentitySchema.schema.object(name) else { return .null }
        let values = type.fields.map { ($0.name, value(of: $0, in: type, fields)) }
        return .object(ObjectValue(type: type, fields: Dictionary(values, uniquingKeysWith: { first, _ in first })))
    }

    private static func plain(_ written: FixtureValue) -> Value {
        switch written {
        case .null: .null
        case .bool(let flag): .bool(flag)
        case .int(let number): .int(number)
        case .double(let number): .double(number)
        case .text(let text): .string(text)
        case .time(let moment): .timestamp(moment)
        case .span(let span): .duration(span)
        case .list(let elements): .list(elements.map(plain))
        case .object(let fields):
            .map(MapValue(fields.sorted { $0.key < $1.key }.map { (.string($0.key), plain($0.value)) }))
        }
    }
}
