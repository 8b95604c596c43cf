import CEL
import Directory

/// The fields of `activity`, `prev` and the steps of a sequence: each is a slot of a batch's row, read without a copy.
enum ActivityFields {
    static let objectType = ObjectType(
        name: "Activity",
        fields: ActivityField.allCases.map { field in
            let text = description(of: field)
            return ObjectType.Field(
                name: text.name, type: text.type, isNullable: !always.contains(field), slot: field.rawValue,
                doc: text.doc, isJSONText: field == .raw)
        })

    /// What every activity has.
    private static let always: Set<ActivityField> = [.id, .time, .kind, .type, .typeID, .observedBy, .isLate]

    private static func description(of field: ActivityField) -> (name: String, type: CELType, doc: String) {
        who(field) ?? what(field) ?? how(field) ?? enrichment(field)
    }

    private static func who(_ field: ActivityField) -> (String, CELType, String)? {
        switch field {
        case .id: ("id", .string, "the number or uuid of the activity in its feed, as text")
        case .time: ("time", .timestamp, "when it happened")
        case .kind: ("kind", .string, "what happened, such as login.success: a closed vocabulary")
        case .type: ("type", .string, "OneLogin's name of the event type")
        case .typeID: ("type_id", .int, "OneLogin's number of the event type, 0 for derived activities")
        case .userID: ("user_id", .int, "whom it was done to")
        case .userName: ("user_name", .string, "the name of whom it was done to")
        case .actorID: ("actor_id", .int, "who did it")
        case .actorName: ("actor_name", .string, "the name of who did it")
        case .actorSystem: ("actor_system", .string, "what did it when no person did, such as Mapping")
        case .assumingActorID: ("assuming_actor_id", .int, "the administrator behind an assumed session")
        case .ip: ("ip", .string, "the address it came from")
        case .proxyIP: ("proxy_ip", .string, "the address of the proxy between")
        default: nil
        }
    }

    private static func what(_ field: ActivityField) -> (String, CELType, String)? {
        switch field {
        case .appID: ("app_id", .int, "the app")
        case .appName: ("app_name", .string, "the name of the app")
        case .roleID: ("role_id", .int, "the role")
        case .roleName: ("role_name", .string, "the name of the role")
        case .groupID: ("group_id", .int, "the group")
        case .groupName: ("group_name", .string, "the name of the group")
        case .policyID: ("policy_id", .int, "the security policy")
        case .policyName: ("policy_name", .string, "the name of the security policy")
        case .deviceID: ("device_id", .int, "the authentication factor")
        case .deviceName: ("device_name", .string, "the name of the authentication factor")
        case .privilegeID: ("privilege_id", .string, "the privilege")
        case .privilegeName: ("privilege_name", .string, "the name of the privilege")
        case .clientID: ("client_id", .string, "the API credential used")
        case .credentialName: ("credential_name", .string, "the name of the API credential")
        case .directoryID: ("directory_id", .int, "the directory")
        case .directoryName: ("directory_name", .string, "the name of the directory")
        case .mappingName: ("mapping_name", .string, "the name of the mapping")
        case .trustedIdentityProviderName: ("trusted_idp_name", .string, "the name of the identity provider")
        case .certificateID: ("certificate_id", .int, "the certificate")
        case .certificateName: ("certificate_name", .string, "the name of the certificate")
        case .factorType: ("factor_type", .string, "the type of the authentication factor")
        case .noteTitle: ("note_title", .string, "the title of the secure note")
        case .resourceTypeID: ("resource_type_id", .int, "the type of the object, as a number")
        case .objectID: ("object_id", .int, "the object")
        case .previousName: ("previous_name", .string, "the group before, where a snapshot comparison shows it")
        default: nil
        }
    }

    private static func how(_ field: ActivityField) -> (String, CELType, String)? {
        switch field {
        case .notes: ("notes", .string, "what OneLogin adds in words")
        case .customMessage: ("custom_message", .string, "a message of the tenant's own")
        case .errorDescription: ("error_description", .string, "what went wrong")
        case .operation: ("operation", .string, "the name of the operation")
        case .riskReasons: ("risk_reasons", .string, "why the risk score is what it is")
        case .riskScore: ("risk_score", .int, "how risky OneLogin finds it, 0 to 100")
        case .riskCookieID: ("risk_cookie_id", .string, "the cookie that tells browsers apart")
        case .browserFingerprint: ("browser_fingerprint", .string, "the browser seen")
        case .userAgent: ("user_agent", .string, "what the browser calls itself")
        case .loginName: ("login_name", .string, "the name typed to sign in")
        case .param: ("param", .string, "a parameter of the operation")
        case .entity: ("entity", .string, "the kind of object that was changed")
        case .resolution: ("resolution", .int, "how it was resolved, as a number")
        default: nil
        }
    }

    private static func enrichment(_ field: ActivityField) -> (name: String, type: CELType, doc: String) {
        switch field {
        case .country: ("country", .string, "the country of the address, ISO 3166 alpha-2")
        case .latitude: ("lat", .double, "the latitude of the address, degrees")
        case .longitude: ("lon", .double, "the longitude of the address, degrees")
        case .asn: ("asn", .int, "the autonomous system of the address")
        case .isAnonymous: ("anonymous", .bool, "whether the address hides who uses it")
        case .network: ("network", .string, "the first of our own named networks that holds the address")
        case .observedBy: ("observed_by", .string, "api, webhook, file, snapshot or rule")
        case .isLate: ("late", .bool, "whether it came later than the lateness limit")
        default: ("raw", .dyn, "the wire object as it came")
        }
    }
}
