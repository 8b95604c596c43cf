import JSONScanning

/// The members of OneLogin's records that are known here, read or not, of both versions of the API (reference, sections
/// 7 to 13); others are counted.
enum WireMembers {
    static let user = table([
        "activated_at", "comment", "company", "created_at", "custom_attributes", "department", "directory_id",
        "distinguished_name", "email", "external_id", "firstname", "group_id", "id", "invalid_login_attempts",
        "invitation_sent_at", "last_login", "lastname", "locale_code", "locked_until", "manager_ad_id",
        "manager_user_id", "member_of", "openid_name", "password_changed_at", "phone", "preferred_locale_code",
        "role_id", "role_ids", "samaccountname", "state", "status", "title", "trusted_idp_id", "updated_at",
        "username", "userprincipalname",
    ])

    static let group = table(["id", "name", "policy_id", "reference"])

    static let role = table(["admins", "apps", "id", "name", "users"])

    static let app = table([
        "allow_assumed_signin", "auth_method", "auth_method_description", "brand_id", "configuration", "connector_id",
        "created_at", "description", "enforcement_point", "extension", "icon", "icon_url", "id", "name", "notes",
        "parameters", "policy_id", "provisioning", "role_ids", "sso", "tab_id", "updated_at", "visible",
    ])

    static let privilege = table(["description", "id", "name", "privilege", "roles", "user_id", "users"])

    static let mapping = table(["actions", "conditions", "enabled", "id", "match", "name", "position"])

    static let device = table([
        "active", "auth_factor_name", "default", "device_id", "id", "last_used_at", "needs_trigger", "phone_number",
        "type_display_name", "user_display_name", "user_id",
    ])

    private static func table(_ names: [String]) -> JSONKeyTable { JSONKeyTable(names.map { ($0, 1) }) }
}
