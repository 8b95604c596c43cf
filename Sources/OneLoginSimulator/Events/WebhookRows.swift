/// How an event looks to those whom the event broadcaster tells: every key, null where it says nothing.
extension Service {
    /// Keys that no event of the simulator fills.
    private static let unused = [
        "adc_id", "adc_name", "assumed_by_superadmin_or_reseller", "authentication_factor_description",
        "authentication_factor_id", "authentication_factor_type", "browser_fingerprint", "certificate_id",
        "certificate_name", "directory_id", "directory_name", "directory_sync_run_id", "entity", "imported_user_id",
        "imported_user_name", "login_id", "login_name", "mapping_id", "mapping_name", "note_id", "note_title",
        "object_id", "param", "policy_type", "proxy_agent_id", "proxy_agent_name", "proxy_ip", "radius_config_id",
        "radius_config_name", "resolution", "resolved_at", "resolved_by_user_id", "risk_cookie_id",
        "service_directory_id", "solved", "task_name", "trusted_idp_id", "trusted_idp_name", "user_agent",
        "user_field_id", "user_field_name",
    ]

    /// The body of one post with the events at some places.
    ///
    /// - Parameter isLines: One wrapped object a line, as the SIEM form is; else one array.
    func webhookBody(_ places: Range<Int>, isLines: Bool) -> [UInt8] {
        var text = JSONText(capacity: places.count * 1800)
        guard isLines else {
            text.array(places) { write(webhookEvent: $1, to: &$0) }
            return text.bytes
        }
        var bytes: [UInt8] = []
        for place in places {
            var line = JSONText(capacity: 1800)
            line.object { text in
                text.key("event")
                write(webhookEvent: place, to: &text)
            }
            bytes += line.bytes + [10]
        }
        return bytes
    }

    private func write(webhookEvent place: Int, to text: inout JSONText) {
        let event = world.log.events[place]
        let detail = world.log.detail(event)
        let uuid = Self.uuid(tenant.dice.hex(32, .request, place &+ 1_000_000_000))
        func id(_ user: Int32) -> Int? { user < 0 ? nil : Tenant.userID(Int(user)) }
        func name(_ user: Int32) -> String? { user < 0 ? nil : tenant.displayName(Int(user)) }
        func object(_ place: Int16, _ id: (Int) -> Int) -> Int? { place < 0 ? nil : id(Int(place)) }
        func object(_ place: Int16, _ names: [String]) -> String? { place < 0 ? nil : names[Int(place)] }
        text.object { text in
            text.objectField("create") { $0.field("_id", uuid) }
            text.field("uuid", uuid)
            text.field("event_timestamp", WireTime.textOfWebhook(event.time))
            text.field("account_id", Tenant.accountID)
            text.field("event_type_id", event.type)
            text.field("user_id", id(event.user))
            text.field("user_name", name(event.user))
            text.field("actor_user_id", id(event.actor))
            text.field("actor_user_name", name(event.actor))
            text.field("actor_system", detail.actorSystem)
            text.field("assuming_acting_user_id", id(event.assuming))
            text.field("ipaddr", event.address.text)
            text.field("notes", detail.notes)
            text.field("custom_message", detail.customMessage)
            text.field("error_description", detail.errorDescription)
            text.field("resource_type_id", detail.resourceType)
            text.field("app_id", object(event.app) { Tenant.appID($0) })
            text.field("app_name", object(event.app, Names.apps))
            text.field("role_id", object(event.role) { Tenant.roleID($0) })
            text.field("role_name", object(event.role, Names.roles))
            text.field("group_id", object(event.group) { Tenant.groupID($0) })
            text.field("group_name", object(event.group, Names.groups))
            text.field("policy_id", object(event.policy) { Tenant.policyID($0) })
            text.field("policy_name", object(event.policy, Names.policies))
            text.field("privilege_id", event.privilege < 0 ? nil : 100 + Int(event.privilege))
            text.field("privilege_name", object(event.privilege, Names.delegatedPrivileges))
            text.field("otp_device_id", event.device < 0 ? nil : Int(event.device))
            text.field("otp_device_name", object(event.deviceKind, Names.devices))
            text.field("client_id", detail.clientID)
            text.field("api_credential_name", detail.clientID == nil ? nil : "API credential")
            text.field("risk_score", event.risk < 0 ? nil : Int(event.risk))
            text.field("risk_reasons", detail.riskReasons)
            for key in Self.unused { text.null(key) }
        }
    }

    private static func uuid(_ hex: String) -> String {
        var rest = hex[...]
        return [8, 4, 4, 4, 12].map { width in
            let part = rest.prefix(width)
            rest = rest.dropFirst(width)
            return String(part)
        }.joined(separator: "-")
    }
}

extension WireTime {
    /// `2026-02-01 07:12:09 UTC`, as webhooks have it.
    static func textOfWebhook(_ milliseconds: Int64) -> String {
        let text = textOfSeconds(milliseconds)
        return text.prefix(10) + " " + text.dropFirst(11).prefix(8) + " UTC"
    }
}
