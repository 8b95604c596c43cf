import Diagnostics
import FieldStorage
import Timekeeping

@testable import CEL

/// A small world: an activity, a user who may be absent, and a few constants.
enum Fixture {
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
            .init(name: "ip", type: .string, isNullable: true, slot: 2),
            .init(name: "risk", type: .int, isNullable: true, slot: 3),
            .init(name: "time", type: .timestamp, slot: 4),
            .init(name: "lat", type: .double, isNullable: true, slot: 5),
            .init(name: "success", type: .bool, isNullable: true, slot: 6),
            .init(name: "raw", type: .dyn, slot: 7, isJSONText: true),
        ])

    static let user = ObjectType(
        name: "User",
        fields: [
            .init(name: "username", type: .string, slot: 0),
            .init(name: "roles", type: .list(.string), slot: 1),
            .init(name: "devices", type: .list(.object("Device")), slot: 2),
            .init(name: "super_user", type: .bool, slot: 3),
            .init(name: "last_login", type: .timestamp, isNullable: true, slot: 4),
        ])

    static let environment: Environment = {
        var environment = Environment(allowsDyn: false)
        environment.declare(object: device)
        environment.declare(object: activity)
        environment.declare(object: user)
        environment.declare("activity", object: "Activity", isNullable: false, table: 0)
        environment.declare("user", object: "User", isNullable: true, table: 1)
        environment.declare("now", .timestamp, at: SlotAddress(table: 2, index: 0))
        environment.declare("is_new.country", .bool, at: SlotAddress(table: 2, index: 1))
        environment.declare("count", .int, at: SlotAddress(table: 2, index: 2))
        environment.declare(constant: "params.max", .int(80))
        environment.declare(constant: "params.age", .duration(.days(90)))
        environment.declare(constant: "lists.admins", .list([.string("Super user"), .string("Account owner")]))
        environment.declare(
            predicate: "is_admin", parameters: [("u", .object("User"))],
            body: expr("u.super_user || u.roles.exists(r, r in lists.admins)"))
        return environment
    }()

    private static func expr(_ text: String) -> Expr {
        parse(text).expr ?? Expr(id: 0, span: Span(0, 0), kind: .invalid)
    }

    /// The values of ``activity``; fields that are left out are null.
    static let activityFields: [String: Value] = [
        "kind": .string("login.success"), "country": .string("NO"), "ip": .string("10.1.2.3"), "risk": .int(85),
        "time": .timestamp(Timestamp(seconds: 1_767_225_600)), "lat": .double(59.9), "success": .bool(true),
        "raw": .string(#"{"risk": 7, "tags": ["a", "b"], "note": "caf\u00e9", "deep": {"x": null}}"#),
    ]

    static let userFields: [String: Value] = [
        "username": .string("ada"),
        "roles": .list([.string("Viewer"), .string("Super user")]),
        "devices": .list([
            .object(ObjectValue(type: device, fields: ["kind": .string("phone"), "trusted": .bool(false)])),
            .object(ObjectValue(type: device, fields: ["kind": .string("laptop")])),
        ]),
        "super_user": .bool(false),
        "last_login": .timestamp(Timestamp(seconds: 1_767_225_600 - 100 * 86_400)),
    ]

    /// What evaluating a text gives in this world.
    struct World {
        var activity = ObjectValue(type: Fixture.activity, fields: activityFields)
        var user: ObjectValue? = ObjectValue(type: Fixture.user, fields: userFields)
        var limits = Limits.default
        let globals = ObjectValue(
            type: ObjectType(
                name: "globals",
                fields: [
                    .init(name: "now", type: .timestamp, slot: 0), .init(name: "new", type: .bool, slot: 1),
                    .init(name: "count", type: .int, slot: 2),
                ]),
            fields: [
                "now": .timestamp(Timestamp(seconds: 1_767_225_600)), "new": .bool(true), "count": .int(3),
            ])

        /// Runs `body` with a frame of this world.
        func run<T>(_ body: (Frame) -> T) -> T {
            let tables: [UnsafePointer<Slot>?] = [activity.row, user?.row, globals.row]
            let context = EvaluationContext(limits: limits)
            return withExtendedLifetime((activity, user, globals)) {
                tables.withUnsafeBufferPointer { buffer in
                    guard let base = buffer.baseAddress else { preconditionFailure("there are three tables") }
                    return body(Frame(tables: base, context: context))
                }
            }
        }
    }

    struct Refused: Error {
        let diagnostics: [Diagnostic]
    }

    /// A program of ``environment``.
    static func program(_ text: String) throws -> Program {
        let result = environment.check(text)
        guard let checked = result.checked else { throw Refused(diagnostics: result.diagnostics) }
        return checked.program(in: environment)
    }

    /// The value of an expression without variables, in an environment that allows `dyn`.
    static func value(_ text: String, limits: Limits = .default) throws -> Value {
        let environment = Environment(limits: limits, allowsDyn: true)
        let result = environment.check(text)
        guard let checked = result.checked else { throw Refused(diagnostics: result.diagnostics) }
        let program = checked.program(in: environment)
        var world = World()
        world.limits = limits
        return try world.run { program.value($0) }.get()
    }
}
