import CEL
import Diagnostics

/// OneLogin's names of fields, as published Sigma rules of `onelogin.events` use them, and ours.
struct SigmaFields: Sendable {
    /// A field of the activity that a Sigma field stands for.
    struct Field: Hashable, Sendable {
        /// Such as `type_id`.
        let name: String
        let type: CELType
        let isNullable: Bool

        /// As expressions read it.
        var path: String { "activity." + name }
    }

    private static let names: [String: String] = [
        "event_type_id": "type_id", "id": "id", "user_id": "user_id", "user_name": "user_name",
        "actor_user_id": "actor_id", "actor_user_name": "actor_name", "actor_system": "actor_system",
        "assuming_acting_user_id": "assuming_actor_id", "ipaddr": "ip", "ip": "ip", "proxy_ip": "proxy_ip",
        "app_id": "app_id", "app_name": "app_name", "role_id": "role_id", "role_name": "role_name",
        "group_id": "group_id", "group_name": "group_name", "policy_id": "policy_id", "policy_name": "policy_name",
        "otp_device_id": "device_id", "otp_device_name": "device_name", "privilege_id": "privilege_id",
        "privilege_name": "privilege_name", "client_id": "client_id", "api_credential_name": "credential_name",
        "directory_id": "directory_id", "directory_name": "directory_name", "mapping_name": "mapping_name",
        "trusted_idp_name": "trusted_idp_name", "certificate_id": "certificate_id",
        "certificate_name": "certificate_name", "authentication_factor_description": "factor_type",
        "authentication_factor_type": "factor_type", "note_title": "note_title", "resource_type_id": "resource_type_id",
        "object_id": "object_id", "notes": "notes", "custom_message": "custom_message",
        "error_description": "error_description", "operation_name": "operation", "risk_reasons": "risk_reasons",
        "risk_score": "risk_score", "risk_cookie_id": "risk_cookie_id", "browser_fingerprint": "browser_fingerprint",
        "user_agent": "user_agent", "login_name": "login_name", "param": "param", "entity": "entity",
        "resolution": "resolution",
    ]

    private let object: ObjectType?

    init(schema: Schema) { object = schema.object(schema.activity) }

    /// The field of a Sigma name; nil where we have none, or one of a type that Sigma cannot compare.
    func field(_ name: String) -> Field? {
        guard let own = Self.names[name], let field = object?.field(own) else { return nil }
        switch field.type {
        case .int, .string, .double, .bool:
            return Field(name: own, type: field.type, isNullable: field.isNullable)
        default: return nil
        }
    }

    /// The Sigma name that a wrong one may have meant.
    func nearest(to name: String) -> String? { nearestName(to: name, in: Self.names.keys.sorted()) }
}
