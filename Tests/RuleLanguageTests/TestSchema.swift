import CEL
import RuleLanguage

/// A small schema of people and activities, as far as the tests need it.
enum TestSchema {
    static let schema: Schema = {
        var schema = plain
        schema.kindsOfTypes = [5: ["login.success"], 6: ["login.failure"], 24: ["mfa.removed"]]
        return schema
    }()

    private static let plain = Schema(
        objects: [activity, user, device, group, role, credential], activity: "Activity", user: "User",
        rows: [
            .init(word: "user", type: "User", collection: "users"),
            .init(word: "group", type: "Group", collection: "groups"),
            .init(word: "role", type: "Role", collection: "roles"),
            .init(word: "credential", type: "Credential", collection: "credentials"),
        ],
        kinds: [
            "login.success", "login.failure", "mfa.removed", "mfa.enrolled", "role.granted", "user.deleted",
            "user.group_changed", "password.reset_by_admin", "onelogin.unknown",
        ],
        vocabularies: ["User.status": ["active", "suspended", "locked"]])

    private static let activity = object(
        "Activity",
        [
            ("id", .string, false), ("time", .timestamp, false), ("kind", .string, false), ("type", .string, false),
            ("type_id", .int, false), ("user_id", .int, true), ("user_name", .string, true),
            ("actor_id", .int, true), ("actor_name", .string, true), ("ip", .string, true),
            ("role_name", .string, true), ("group_id", .int, true), ("group_name", .string, true),
            ("country", .string, true), ("lat", .double, true), ("lon", .double, true), ("risk_score", .int, true),
            ("observed_by", .string, false), ("raw", .dyn, true),
        ])

    private static let user = object(
        "User",
        [
            ("id", .int, false), ("username", .string, false), ("status", .string, false),
            ("created_at", .timestamp, false), ("last_login", .timestamp, true), ("department", .string, true),
            ("super_user", .bool, false), ("groups", .list(.string), false), ("roles", .list(.string), false),
            ("devices", .list(.object("Device")), false),
        ])

    private static let device = object(
        "Device", [("id", .string, false), ("type", .string, false), ("last_used_at", .timestamp, true)])
    private static let group = object("Group", [("id", .int, false), ("name", .string, false)])
    private static let role = object("Role", [("id", .int, false), ("name", .string, false)])
    private static let credential = object(
        "Credential",
        [
            ("id", .string, false), ("name", .string, false), ("scope", .string, true), ("enabled", .bool, false),
            ("created_at", .timestamp, false), ("last_used_at", .timestamp, true),
        ])

    private static func object(_ name: String, _ fields: [(String, CELType, Bool)]) -> ObjectType {
        ObjectType(
            name: name,
            fields: fields.enumerated().map { index, field in
                ObjectType.Field(
                    name: field.0, type: field.1, isNullable: field.2, slot: index,
                    doc: field.0 == "last_login" ? "the last sign-in; null when the user never signed in" : "",
                    isJSONText: field.0 == "raw")
            })
    }
}
