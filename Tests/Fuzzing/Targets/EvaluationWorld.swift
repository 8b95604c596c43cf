import FieldStorage
import Timekeeping

@testable import CEL

/// The names and values that fuzzed expressions are evaluated with.
struct EvaluationWorld {
    /// As rules have it: every type is known.
    let strict: Environment
    /// As the conformance suite has it: types may be unknown, and there are variables of them.
    let open: Environment
    private let rows: [ObjectValue]
    private let limits: Limits

    static let device = ObjectType(
        name: "Device",
        fields: [
            .init(name: "kind", type: .string, slot: 0),
            .init(name: "trusted", type: .bool, isNullable: true, slot: 1),
        ])

    static let activity = ObjectType(
        name: "Activity",
        fields: [
            .init(name: "kind", type: .string, slot: 0),
            .init(name: "country", type: .string, isNullable: true, slot: 1),
            .init(name: "risk", type: .int, isNullable: true, slot: 2),
            .init(name: "time", type: .timestamp, slot: 3),
            .init(name: "lat", type: .double, isNullable: true, slot: 4),
            .init(name: "success", type: .bool, isNullable: true, slot: 5),
            .init(name: "raw", type: .dyn, slot: 6, isJSONText: true),
            .init(name: "devices", type: .list(.object("Device")), slot: 7),
            .init(name: "later", type: .string, slot: 8),
        ])

    /// Variables that are no records, and their values.
    private static let names: [(name: String, type: CELType, value: Value?)] = [
        ("i", .int, .int(5)), ("big", .int, .int(.max)), ("u", .uint, .uint(7)), ("d", .double, .double(-0.5)),
        ("nan", .double, .double(.nan)), ("s", .string, .string("abc \u{e9}\u{1f600}")),
        ("y", .bytes, .bytes([97, 255])),
        ("b", .bool, .bool(true)), ("t", .timestamp, .timestamp(Timestamp(seconds: 1_709_209_845))),
        ("p", .duration, .duration(TimeSpan(seconds: 5400, nanoseconds: 1))),
        ("l", .list(.int), .list([.int(1), .int(2), .int(3)])),
        ("w", .list(.string), .list([.string("a"), .string("b"), .string("abc")])),
        ("m", .map(.string, .int), .map(entries)), ("gone", .int, nil),
    ]

    private static let entries: MapValue = {
        var map = MapValue()
        _ = map.insert(.int(1), for: .string("a"))
        _ = map.insert(.int(2), for: .string("b"))
        return map
    }()

    init() {
        var limits = Limits()
        limits.steps = 20_000
        limits.listElements = 2_000
        limits.textResultBytes = 1 << 14
        self.limits = limits
        var environments = [false, true].map { Environment(limits: limits, allowsDyn: $0, extendedRegex: $0) }
        let globals = ObjectType(
            name: "globals",
            fields: Self.names.enumerated().map { ObjectType.Field(name: $1.name, type: .dyn, slot: $0) })
        for place in environments.indices {
            environments[place].declare(object: Self.device)
            environments[place].declare(object: Self.activity)
            environments[place].declare("activity", object: "Activity", isNullable: false, table: 1)
            environments[place].declare("user", object: "Activity", isNullable: true, table: 2)
            environments[place].declare(constant: "params.max", .int(80))
            environments[place].declare(constant: "lists.w", .list([.string("a"), .string("NO")]))
            for (index, variable) in Self.names.enumerated() {
                environments[place].declare(variable.name, variable.type, at: SlotAddress(table: 0, index: index))
            }
        }
        environments[1].declare("x", .dyn, at: SlotAddress(table: 0, index: 10))
        (strict, open) = (environments[0], environments[1])
        var values: [String: Value] = [:]
        for variable in Self.names { values[variable.name] = variable.value }
        rows = [
            ObjectValue(type: globals, fields: values, missing: .unknown),
            ObjectValue(type: Self.activity, fields: Self.fields, missing: .unknown),
        ]
    }

    private static let fields: [String: Value] = [
        "kind": .string("login.success"), "country": .null, "risk": .int(85),
        "time": .timestamp(Timestamp(seconds: 1_767_225_600)),
        "lat": .double(59.9), "success": .bool(true),
        "raw": .string(#"{"risk": 7, "tags": ["a"], "deep": {"x": null}}"#),
        "devices": .list([
            .object(ObjectValue(type: device, fields: ["kind": .string("phone"), "trusted": .bool(false)])),
            .object(ObjectValue(type: device, fields: ["kind": .string("laptop")])),
        ]),
    ]

    /// Runs `body` with a frame of this world: the record `user` is not there.
    func run<T>(_ body: (Frame) -> T) -> T {
        let tables: [UnsafePointer<Slot>?] = [rows[0].row, rows[1].row, nil]
        let context = EvaluationContext(limits: limits)
        return withExtendedLifetime(rows) {
            tables.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { preconditionFailure("there are three tables") }
                return body(Frame(tables: base, context: context))
            }
        }
    }
}
