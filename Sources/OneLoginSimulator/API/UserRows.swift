/// How a user looks on the wire.
extension JSONText {
    /// The 22 fields a row of the version 2 list has, and no others unless `fields` names them.
    mutating func userListRow(_ user: SimulatedUser, _ tenant: Tenant, fields: Set<String>?) {
        object { text in
            text.only = fields.map { $0.union(["id"]) }
            text.writeListFields(user)
            if fields != nil { text.writeDetailFields(user, tenant) }
            text.only = nil
        }
    }

    /// The answer of `/api/2/users/{id}`: everything.
    mutating func userDetail(_ user: SimulatedUser, _ tenant: Tenant) {
        object { text in
            text.writeListFields(user)
            text.writeDetailFields(user, tenant)
        }
    }

    private mutating func writeListFields(_ user: SimulatedUser) {
        field("id", Tenant.userID(user.index))
        field("email", user.email)
        field("username", user.username)
        field("firstname", user.firstName)
        field("lastname", user.lastName)
        field("phone", user.phone)
        field("status", user.status)
        field("state", user.state)
        field("group_id", user.group.map { Tenant.groupID($0) })
        field("directory_id", user.directoryID)
        field("external_id", user.externalID)
        null("distinguished_name")
        null("member_of")
        null("samaccountname")
        time("activated_at", user.activatedAt)
        time("created_at", user.createdAt)
        time("updated_at", user.updatedAt)
        time("last_login", user.lastLogin)
        time("invitation_sent_at", user.invitationSentAt)
        time("password_changed_at", user.passwordChangedAt)
        time("locked_until", user.lockedUntil)
        field("invalid_login_attempts", user.invalidLoginAttempts)
    }

    private mutating func writeDetailFields(_ user: SimulatedUser, _ tenant: Tenant) {
        field("department", user.department)
        field("title", user.title)
        field("company", user.company)
        field("comment", user.comment.flatMap { $0.isEmpty ? nil : $0 })
        null("manager_ad_id")
        field("manager_user_id", user.managerIndex.map { Tenant.userID($0) })
        null("trusted_idp_id")
        null("userprincipalname")
        field("preferred_locale_code", user.locale)
        list("role_ids", tenant.roles(of: user.index)) { $0.value(Tenant.roleID($1)) }
        customAttributes(user)
    }

    /// Every attribute the tenant defines, null when unset.
    private mutating func customAttributes(_ user: SimulatedUser) {
        if let only, !only.contains("custom_attributes") { return }
        let fields = only
        only = nil
        objectField("custom_attributes") { text in
            for name in Tenant.customAttributes { text.field(name, user.customAttributes[name]) }
        }
        only = fields
    }

    /// A row of version 1, fields in recorded order; texts are "" where version 2 has null.
    mutating func userVersion1(_ user: SimulatedUser, _ tenant: Tenant, fields: Set<String>?) {
        object { text in
            text.only = fields.map { $0.union(["id"]) }
            text.time("activated_at", user.activatedAt)
            text.time("created_at", user.createdAt)
            text.field("email", user.email)
            text.field("username", user.username ?? "")
            text.field("firstname", user.firstName)
            text.field("group_id", user.group.map { Tenant.groupID($0) })
            text.field("id", Tenant.userID(user.index))
            text.field("invalid_login_attempts", user.invalidLoginAttempts)
            text.time("invitation_sent_at", user.invitationSentAt)
            text.time("last_login", user.lastLogin)
            text.field("lastname", user.lastName)
            text.time("locked_until", user.lockedUntil)
            text.field("comment", user.comment)
            text.null("openid_name")
            text.null("locale_code")
            text.field("preferred_locale_code", user.locale)
            text.time("password_changed_at", user.passwordChangedAt)
            text.field("phone", user.phone ?? "")
            text.field("status", user.status)
            text.time("updated_at", user.updatedAt)
            text.writeVersion1Rest(user, tenant)
            text.only = nil
        }
    }

    private mutating func writeVersion1Rest(_ user: SimulatedUser, _ tenant: Tenant) {
        null("distinguished_name")
        field("external_id", user.externalID)
        field("directory_id", user.directoryID)
        null("member_of")
        null("samaccountname")
        null("userprincipalname")
        null("manager_ad_id")
        field("manager_user_id", user.managerIndex.map { Tenant.userID($0) })
        let roles = tenant.roles(of: user.index)
        if roles.isEmpty { null("role_id") } else { list("role_id", roles) { $0.value(Tenant.roleID($1)) } }
        field("company", user.company)
        field("department", user.department)
        field("title", user.title)
        field("state", user.state)
        null("trusted_idp_id")
        customAttributes(user)
    }
}

extension Tenant {
    /// The names of the attributes the tenant defines.
    static let customAttributes = ["employee_id", "cost_center", "terminated_on"]
}
