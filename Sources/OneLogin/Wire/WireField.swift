import Directory
import JSONScanning

/// The keys of OneLogin's events, and where each goes.
///
/// The names are those of the events API, of event webhooks and of SIEM feeds (reference, section 14); a key that is
/// not here stays in ``ActivityField/raw``.
struct WireField: Sendable {
    /// How a value becomes a slot.
    enum Rule: UInt8, Sendable {
        /// Text; a number or anything else as its JSON text; empty text is null.
        case text
        /// An integer, as a number or in text; anything else makes the record unreadable.
        case integer
        /// An integer where it is one; other values are left to ``ActivityField/raw``.
        case looseInteger
        /// Text that does not replace what another key has put there.
        case fallbackText
        case id, uuid, createdAt, eventTimestamp, eventTypeID, wrapped
    }

    let key: String
    let rule: Rule
    /// Where it goes; of no meaning for the rules after `fallbackText`.
    let field: ActivityField

    /// By code: the field at index 0 has code 1.
    static let all: [WireField] = special + integers + texts

    static let keys = JSONKeyTable(
        all.enumerated().map { ($1.key, UInt8($0 + 1)) } + passedOver.map { ($0, JSONObjectScan.passedOver) })

    /// Keys of the events API and of webhooks that are known and not read; they stay in ``ActivityField/raw``.
    private static let passedOver = [
        "account_id", "adc_id", "adc_name", "assumed_by_superadmin_or_reseller", "authentication_factor_id", "create",
        "directory_sync_run_id", "imported_user_id", "imported_user_name", "login_id", "mapping_id", "note_id",
        "policy_type", "proxy_agent_id", "proxy_agent_name", "radius_config_id", "radius_config_name", "resolved_at",
        "resolved_by_user_id", "service_directory_id", "solved", "task_name", "trusted_idp_id", "user_field_id",
        "user_field_name",
    ]

    private static let special = [
        WireField(key: "id", rule: .id, field: .id),
        WireField(key: "uuid", rule: .uuid, field: .id),
        WireField(key: "created_at", rule: .createdAt, field: .time),
        WireField(key: "event_timestamp", rule: .eventTimestamp, field: .time),
        WireField(key: "event_type_id", rule: .eventTypeID, field: .typeID),
        WireField(key: "event", rule: .wrapped, field: .raw),
    ]

    private static func fields(_ rule: Rule, _ pairs: [(String, ActivityField)]) -> [WireField] {
        pairs.map { WireField(key: $0.0, rule: rule, field: $0.1) }
    }

    private static let integers =
        fields(
            .integer,
            [
                ("user_id", .userID), ("actor_user_id", .actorID), ("assuming_acting_user_id", .assumingActorID),
                ("app_id", .appID), ("role_id", .roleID), ("group_id", .groupID), ("policy_id", .policyID),
                ("otp_device_id", .deviceID), ("directory_id", .directoryID),
            ])
        + fields(
            .looseInteger,
            [
                ("risk_score", .riskScore), ("resolution", .resolution), ("resource_type_id", .resourceTypeID),
                ("object_id", .objectID), ("certificate_id", .certificateID),
            ])

    private static let texts: [WireField] =
        fields(
            .text,
            [
                ("user_name", .userName), ("actor_user_name", .actorName), ("actor_system", .actorSystem),
                ("ipaddr", .ip), ("proxy_ip", .proxyIP), ("app_name", .appName), ("app-name", .appName),
                ("role_name", .roleName), ("role-name", .roleName), ("group_name", .groupName),
                ("group-name", .groupName), ("policy_name", .policyName), ("otp_device_name", .deviceName),
                ("privilege_id", .privilegeID), ("privilege_name", .privilegeName), ("client_id", .clientID),
                ("api_credential_name", .credentialName), ("directory_name", .directoryName), ("notes", .notes),
                ("custom_message", .customMessage), ("error_description", .errorDescription),
                ("operation_name", .operation), ("risk_reasons", .riskReasons), ("user_agent", .userAgent),
                ("login_name", .loginName), ("param", .param), ("entity", .entity), ("mapping_name", .mappingName),
                ("trusted_idp_name", .trustedIdentityProviderName), ("certificate_name", .certificateName),
                ("authentication_factor_description", .factorType), ("note_title", .noteTitle),
                ("risk_cookie_id", .riskCookieID), ("browser_fingerprint", .browserFingerprint),
            ])
        + [WireField(key: "authentication_factor_type", rule: .fallbackText, field: .factorType)]
}
