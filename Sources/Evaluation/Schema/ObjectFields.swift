import CEL
import Directory
import Timekeeping

/// The fields of everything in a directory that is not a user.
enum ObjectFields {
    static let group = RecordFields<Group>(
        "Group",
        [
            .init("id", .int, "OneLogin's number of the group") { group, _, row in row.int(group.id) },
            .init("name", .string, "the name") { group, _, row in row.text(group.name) },
            .init("reference", .string, null: true, "the id in another system") { group, _, row in
                row.text(group.reference)
            },
            .init("user_count", .int, "how many users are in it") { group, directory, row in
                row.known((directory as? DirectoryIndex)?.userCount(ofGroup: group.id))
            },
        ])

    static let role = RecordFields<Role>(
        "Role",
        [
            .init("id", .int, "OneLogin's number of the role") { role, _, row in row.int(role.id) },
            .init("name", .string, "the name") { role, _, row in row.text(role.name) },
            .init("user_ids", .list(.int), "the ids of its members") { role, _, row in row.ints(role.userIDs) },
            .init("users", .list(.string), "the user names of its members") { role, directory, row in
                row.texts(role.userIDs?.map { directory.user(id: $0)?.username ?? "" })
            },
            .init("user_count", .int, "how many members it has") { role, directory, row in
                row.known((directory as? DirectoryIndex)?.userCount(of: role))
            },
            .init("admin_ids", .list(.int), "the ids of its administrators") { role, _, row in
                row.ints(role.adminIDs)
            },
            .init("app_ids", .list(.int), "the ids of the apps it gives") { role, _, row in row.ints(role.appIDs) },
        ])

    static let app = RecordFields<App>(
        "App",
        [
            .init("id", .int, "OneLogin's number of the app") { app, _, row in row.int(app.id) },
            .init("name", .string, "the name") { app, _, row in row.text(app.name) },
            .init("connector_id", .int, null: true, "the connector it was made from") { app, _, row in
                row.int(app.connectorID)
            },
            .init("visible", .bool, null: true, "whether users see it") { app, _, row in row.bool(app.isVisible) },
            .init("auth_method", .string, null: true, "how it signs in, such as saml or password") { app, _, row in
                row.text(app.authMethod)
            },
            .init("policy_id", .int, null: true, "the id of its security policy") { app, _, row in
                row.int(app.policyID)
            },
            .init("allow_assumed_signin", .bool, null: true, "whether an assumed session may open it") {
                app, _, row in row.bool(app.allowsAssumedSignIn)
            },
            .init("created_at", .timestamp, null: true, "when it was added") { app, _, row in
                row.time(app.createdAt)
            },
            .init("updated_at", .timestamp, null: true, "when it was last changed") { app, _, row in
                row.time(app.updatedAt)
            },
        ])

    static let privilege = RecordFields<Privilege>(
        "Privilege",
        [
            .init("id", .string, "OneLogin's id of the privilege") { privilege, _, row in row.text(privilege.id) },
            .init("name", .string, "the name") { privilege, _, row in row.text(privilege.name) },
            .init("wildcard", .bool, "whether it allows every action on everything") { privilege, _, row in
                row.bool(privilege.isWildcard)
            },
            .init("user_ids", .list(.int), "the ids of the users that hold it directly") { privilege, _, row in
                row.ints(privilege.userIDs)
            },
            .init("role_ids", .list(.int), "the ids of the roles that give it") { privilege, _, row in
                row.ints(privilege.roleIDs)
            },
        ])

    static let device = RecordFields<Device>(
        "Device",
        [
            .init("id", .string, "OneLogin's id of the factor") { device, _, row in row.text(device.id) },
            .init("user_id", .int, "whose it is") { device, _, row in row.int(device.userID) },
            .init("type", .string, "the name of its type, such as OneLogin Protect") { device, _, row in
                row.text(device.type)
            },
            .init("active", .bool, "whether it can be used") { device, _, row in row.bool(device.isActive) },
            .init("default", .bool, "whether it is asked for first") { device, _, row in row.bool(device.isDefault) },
            .init("last_used_at", .timestamp, null: true, "when it was last used") { device, _, row in
                row.time(device.lastUsedAt)
            },
        ])

    static let credential = RecordFields<Credential>(
        "Credential",
        [
            .init("id", .string, "the id of the API credential") { credential, _, row in row.text(credential.id) },
            .init("name", .string, "the name") { credential, _, row in row.text(credential.name) },
            .init("scope", .string, null: true, "read_all, manage_all, read_users ...") { credential, _, row in
                row.text(credential.scope)
            },
            .init("enabled", .bool, "whether it can be used") { credential, _, row in row.bool(credential.isEnabled) },
            .init("created_at", .timestamp, "when it was created") { credential, _, row in
                row.time(credential.createdAt)
            },
            .init("last_used_at", .timestamp, null: true, "when it was last seen in use") { credential, _, row in
                row.time(credential.lastUsedAt)
            },
        ])

    static let mapping = RecordFields<Mapping>(
        "Mapping",
        [
            .init("id", .int, "OneLogin's number of the mapping") { mapping, _, row in row.int(mapping.id) },
            .init("name", .string, "the name") { mapping, _, row in row.text(mapping.name) },
            .init("enabled", .bool, "whether it is applied") { mapping, _, row in row.bool(mapping.isEnabled) },
            .init("position", .int, null: true, "its place in the order") { mapping, _, row in
                row.int(mapping.position)
            },
        ])

    static let connection = RecordFields<ConnectionRecord>(
        "Connection",
        [
            .init("name", .string, "the name of the connection in the settings") { connection, _, row in
                row.text(connection.name)
            },
            .init("observed_at", .timestamp, "when its directory was read") { connection, _, row in
                row.time(connection.observedAt)
            },
            .init("user_count", .int, "how many users it has") { connection, _, row in
                row.known(connection.userCount)
            },
        ])
}

/// A connection as a row of state rules.
struct ConnectionRecord: Sendable {
    let name: String
    let observedAt: Timestamp
    let userCount: Int64?
}
