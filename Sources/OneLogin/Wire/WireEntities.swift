import Directory
import JSONScanning
import Timekeeping

/// Rows of OneLogin's collections as records of the model.
///
/// Empty text is no value: v1 gives `""` where v2 gives null. A row without its id is unreadable; anything else that
/// does not fit its type is left out.
enum WireEntities {
    static func user(_ row: JSONMembers) throws(UnreadableRecord) -> User {
        var user = User(id: try id(row), username: row.text("username") ?? "")
        if let status = row.integer("status") { user.status = UserStatus(number: status) }
        if let state = row.integer("state") { user.state = UserState(number: state) }
        user.createdAt = time(row, "created_at") ?? .earliest
        user.email = row.text("email")
        user.firstName = row.text("firstname")
        user.lastName = row.text("lastname")
        user.department = row.text("department")
        user.title = row.text("title")
        user.company = row.text("company")
        user.phone = row.text("phone")
        user.comment = row.text("comment")
        user.externalID = row.text("external_id")
        user.samAccountName = row.text("samaccountname")
        user.userPrincipalName = row.text("userprincipalname")
        user.distinguishedName = row.text("distinguished_name")
        user.groupID = row.integer("group_id")
        user.directoryID = row.integer("directory_id")
        user.trustedIdentityProviderID = row.integer("trusted_idp_id")
        user.managerUserID = row.integer("manager_user_id")
        user.updatedAt = time(row, "updated_at")
        user.activatedAt = time(row, "activated_at")
        user.lastLogin = time(row, "last_login")
        user.invitationSentAt = time(row, "invitation_sent_at")
        user.passwordChangedAt = time(row, "password_changed_at")
        user.lockedUntil = time(row, "locked_until")
        user.invalidLoginAttempts = row.integer("invalid_login_attempts")
        user.roleIDs = row.has("role_ids") ? integers(row, "role_ids") ?? [] : nil
        // v1 names its list `role_id`, null when it is empty.
        if user.roleIDs == nil, row.has("role_id") { user.roleIDs = integers(row, "role_id") ?? [] }
        user.customAttributes = attributes(row["custom_attributes"])
        return user
    }

    static func group(_ row: JSONMembers) throws(UnreadableRecord) -> Group {
        Group(id: try id(row), name: row.text("name") ?? "", reference: row.text("reference"))
    }

    static func role(_ row: JSONMembers) throws(UnreadableRecord) -> Role {
        Role(
            id: try id(row), name: row.text("name") ?? "", userIDs: integers(row, "users"),
            adminIDs: integers(row, "admins"), appIDs: integers(row, "apps"))
    }

    static func app(_ row: JSONMembers) throws(UnreadableRecord) -> App {
        var app = App(id: try id(row), name: row.text("name") ?? "")
        app.connectorID = row.integer("connector_id")
        app.isVisible = row["visible"]?.bool
        app.authMethod = row.integer("auth_method").map { authMethods[$0] ?? "method_\($0)" }
        app.policyID = row.integer("policy_id")
        app.allowsAssumedSignIn = row["allow_assumed_signin"]?.bool
        app.createdAt = time(row, "created_at")
        app.updatedAt = time(row, "updated_at")
        return app
    }

    static func mapping(_ row: JSONMembers) throws(UnreadableRecord) -> Mapping {
        Mapping(
            id: try id(row), name: row.text("name") ?? "", isEnabled: row["enabled"]?.bool ?? false,
            position: row.integer("position"))
    }

    /// A factor; `device_id` is v2's name of its id, `id` v1's.
    static func device(_ row: JSONMembers, userID: Int64?) throws(UnreadableRecord) -> Device {
        guard let id = row.text("device_id") ?? row.text("id") else {
            throw UnreadableRecord(reason: "the device has no `device_id` and no `id`")
        }
        guard let owner = userID ?? row.integer("user_id") else {
            throw UnreadableRecord(reason: "the device has no `user_id`")
        }
        var device = Device(
            id: id, userID: owner,
            type: row.text("type_display_name") ?? row.text("auth_factor_name") ?? "unknown",
            isActive: row["active"]?.bool ?? true, isDefault: row["default"]?.bool ?? false)
        device.lastUsedAt = time(row, "last_used_at")
        return device
    }

    /// A delegated privilege, or one grant of a privilege in a file: then `user_id` says to whom.
    static func privilege(_ row: JSONMembers) throws(UnreadableRecord) -> Privilege {
        guard let id = row.text("id") else { throw UnreadableRecord(reason: "the privilege has no `id`") }
        let name = row.text("name") ?? ""
        var privilege = Privilege(id: id, name: name, isWildcard: isWildcard(row["privilege"]))
        privilege.userIDs = integers(row, "users") ?? row.integer("user_id").map { [$0] } ?? []
        privilege.roleIDs = integers(row, "roles") ?? []
        return privilege
    }

    /// Whether a statement allows every action on everything.
    private static func isWildcard(_ policy: JSONValue?) -> Bool {
        guard let policy, let members = JSONMembers(policy.text), let statements = members["Statement"] else {
            return false
        }
        return JSONElements(statements.text).contains { statement in
            guard let parts = JSONMembers(statement.text), parts.text("Effect") != "Deny" else { return false }
            return ["Action", "Scope"].allSatisfy { key in
                guard let list = parts[key] else { return false }
                return list.string == "*" || JSONElements(list.text).contains { $0.string == "*" }
            }
        }
    }

    private static func id(_ row: JSONMembers) throws(UnreadableRecord) -> Int64 {
        guard let id = row.integer("id") else {
            throw UnreadableRecord(
                reason: row["id"] == nil
                    ? "the record has no `id`" : "`id` is no integer: `\(row.text("id")?.prefix(60) ?? "")`")
        }
        return id
    }

    private static func time(_ row: JSONMembers, _ key: String) -> Timestamp? {
        guard let value = row[key], value.kind == .string else { return nil }
        return WireTime.moment(value.text)
    }

    /// The ids of a list, of numbers or of objects with an `id`, in rising order; nil when there is no list.
    static func integers(_ row: JSONMembers, _ key: String) -> [Int64]? {
        guard let value = row[key], value.kind == .array else {
            return row.integer(key).map { [$0] }
        }
        var ids: [Int64] = []
        for element in JSONElements(value.text) {
            let id =
                element.kind == .object ? JSONMembers(element.text)?.integer("id") : JSONValue.integer(element.text)
            if let id { ids.append(id) }
        }
        return ids.sorted()
    }

    private static func attributes(_ value: JSONValue?) -> [String: String] {
        guard let value, value.kind == .object, let members = JSONMembers(value.text) else { return [:] }
        return members.texts
    }

    /// OneLogin's sign-in methods by number (reference, section 12).
    private static let authMethods: [Int64: String] = [
        0: "password", 1: "openid", 2: "saml", 3: "api", 4: "google", 6: "forms", 7: "ws_fed", 8: "oidc",
    ]
}
