public import CEL
import Directory
public import RuleLanguage

/// What a rule may say about a OneLogin tenant: the one table of record types and their fields.
public enum IdentitySchema {
    /// The schema against which rules are checked.
    public static let schema: Schema = {
        var schema = Schema(
            objects: objects, activity: "Activity", user: "User", rows: rows, kinds: Set(ActivityKind.all),
            vocabularies: vocabularies, directory: DirectoryRow.objectType)
        schema.kindsOfTypes = ActivityKind.kindsOfTypes
        return schema
    }()

    /// Every record type, as the page of fields shows them.
    public static let objects: [ObjectType] = [
        ActivityFields.objectType, UserFields.all.objectType, ObjectFields.group.objectType,
        ObjectFields.role.objectType, ObjectFields.app.objectType, ObjectFields.privilege.objectType,
        ObjectFields.device.objectType, ObjectFields.credential.objectType, ObjectFields.mapping.objectType,
        ObjectFields.connection.objectType,
    ]

    /// What `each` may name.
    static let rows: [Schema.Row] = [
        .init(word: "user", type: "User", collection: "users"),
        .init(word: "group", type: "Group", collection: "groups"),
        .init(word: "role", type: "Role", collection: "roles"),
        .init(word: "app", type: "App", collection: "apps"),
        .init(word: "privilege", type: "Privilege", collection: "privileges"),
        .init(word: "device", type: "Device", collection: "devices"),
        .init(word: "credential", type: "Credential", collection: "credentials"),
        .init(word: "mapping", type: "Mapping", collection: "mappings"),
        .init(word: "connection", type: "Connection", collection: "connections"),
    ]

    /// Fields whose values are from a closed list.
    static let vocabularies: [String: Set<String>] = [
        "User.status": Set(UserStatus.allCases.map(\.rawValue)),
        "User.state": Set(UserState.allCases.map(\.rawValue)),
        "Activity.observed_by": Set(ActivitySource.allCases.map(\.rawValue)),
    ]
}
