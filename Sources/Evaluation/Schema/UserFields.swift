import CEL
import Directory
import FieldStorage

/// The fields of `user`, `target` and `actor`.
enum UserFields {
    static let all = RecordFields<User>("User", own + dates + joins)

    private static let own: [RecordField<User>] = [
        .init("id", .int, "OneLogin's number of the user") { user, _, row in row.int(user.id) },
        .init("username", .string, "the name to sign in with, empty when there is none") { user, _, row in
            row.text(user.username)
        },
        .init("email", .string, null: true, "the e-mail address") { user, _, row in row.text(user.email) },
        .init("status", .string, "what the account may do: active, suspended, locked, pending ...") { user, _, row in
            row.text(user.status.rawValue)
        },
        .init("state", .string, "approval and licence: approved, unapproved, rejected, unlicensed") { user, _, row in
            row.text(user.state.rawValue)
        },
        .init("first_name", .string, null: true, "the given name") { user, _, row in row.text(user.firstName) },
        .init("last_name", .string, null: true, "the family name") { user, _, row in row.text(user.lastName) },
        .init("department", .string, null: true, "the department") { user, _, row in row.text(user.department) },
        .init("title", .string, null: true, "the job title") { user, _, row in row.text(user.title) },
        .init("company", .string, null: true, "the company") { user, _, row in row.text(user.company) },
        .init("phone", .string, null: true, "the telephone number") { user, _, row in row.text(user.phone) },
        .init("comment", .string, null: true, "free text") { user, _, row in row.text(user.comment) },
        .init("external_id", .string, null: true, "the id in the system the user came from") { user, _, row in
            row.text(user.externalID)
        },
        .init("samaccountname", .string, null: true, "the name in Active Directory") { user, _, row in
            row.text(user.samAccountName)
        },
        .init("userprincipalname", .string, null: true, "the principal name in Active Directory") { user, _, row in
            row.text(user.userPrincipalName)
        },
        .init("distinguished_name", .string, null: true, "the name in LDAP") { user, _, row in
            row.text(user.distinguishedName)
        },
        .init("group_id", .int, null: true, "the id of the user's one group") { user, _, row in
            row.int(user.groupID)
        },
        .init("directory_id", .int, null: true, "the id of the directory the user comes from") { user, _, row in
            row.int(user.directoryID)
        },
        .init("trusted_idp_id", .int, null: true, "the id of the identity provider that signs in") { user, _, row in
            row.int(user.trustedIdentityProviderID)
        },
        .init("manager_user_id", .int, null: true, "the id of the user's manager") { user, _, row in
            row.int(user.managerUserID)
        },
        .init("invalid_login_attempts", .int, null: true, "failed logins in a row") { user, _, row in
            row.int(user.invalidLoginAttempts)
        },
        .init("custom_attributes", .map(.string, .string), "the tenant's own attributes by name") { user, _, row in
            let sorted = user.customAttributes.sorted { $0.key < $1.key }
            return row.any(.map(MapValue(sorted.map { (.string($0.key), .string($0.value)) })))
        },
    ]

    private static let dates: [RecordField<User>] = [
        .init("created_at", .timestamp, "when the account was created") { user, _, row in row.time(user.createdAt) },
        .init("updated_at", .timestamp, null: true, "when the record was last changed") { user, _, row in
            row.time(user.updatedAt)
        },
        .init("activated_at", .timestamp, null: true, "when the account was activated") { user, _, row in
            row.time(user.activatedAt)
        },
        .init("last_login", .timestamp, null: true, "the last sign-in, null when there was none") { user, _, row in
            row.time(user.lastLogin)
        },
        .init("invitation_sent_at", .timestamp, null: true, "when the invitation was sent") { user, _, row in
            row.time(user.invitationSentAt)
        },
        .init("password_changed_at", .timestamp, null: true, "when the password was last changed") { user, _, row in
            row.time(user.passwordChangedAt)
        },
        .init("locked_until", .timestamp, null: true, "until when the account is locked") { user, _, row in
            row.time(user.lockedUntil)
        },
    ]

    private static let joins: [RecordField<User>] = [
        .init("groups", .list(.string), "the names of the user's groups, one at most in OneLogin") {
            user, directory, row in
            row.texts(directory.groupNames(of: user))
        },
        .init("roles", .list(.string), "the names of the roles held") { user, directory, row in
            row.texts(directory.roles(of: user)?.map(\.name))
        },
        .init("role_ids", .list(.int), "the ids of the roles held") { user, directory, row in
            row.ints(directory.roles(of: user)?.map(\.id))
        },
        .init("apps", .list(.string), "the names of the apps that the roles give") { user, directory, row in
            row.texts(directory.apps(of: user)?.map(\.name))
        },
        .init("super_user", .bool, "whether the user may change everything; unknown when nothing says so") {
            user, directory, _ in directory.isSuperUser(user).map { .bool($0) } ?? .unknown
        },
        .init("devices", .list(.object("Device")), "the authentication factors enrolled") { user, directory, row in
            row.objects(directory.devices(of: user)?.map { ObjectFields.device.object($0, directory) })
        },
        .init("privileges", .list(.object("Privilege")), "the privileges held, directly or by role") {
            user, directory, row in
            row.objects(directory.privileges(of: user)?.map { ObjectFields.privilege.object($0, directory) })
        },
    ]
}
