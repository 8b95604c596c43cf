/// How an event looks on the wire: mostly nulls.
extension Service {
    func write(event place: Int, to text: inout JSONText, fields: Set<String>?) {
        let event = world.log.events[place]
        let detail = world.log.detail(event)
        let tenant = tenant
        func id(_ user: Int32) -> Int? { user < 0 ? nil : Tenant.userID(Int(user)) }
        func name(_ user: Int32) -> String? { user < 0 ? nil : tenant.displayName(Int(user)) }
        func object(_ place: Int16, _ id: (Int) -> Int) -> Int? { place < 0 ? nil : id(Int(place)) }
        func object(_ place: Int16, _ names: [String]) -> String? { place < 0 ? nil : names[Int(place)] }
        text.object { text in
            text.only = fields
            text.field("id", world.log.id(place))
            text.time("created_at", event.time)
            text.field("account_id", Tenant.accountID)
            text.field("user_id", id(event.user))
            text.field("event_type_id", event.type)
            text.field("notes", detail.notes)
            if !event.isShort { text.field("ipaddr", event.address.text) }
            text.field("actor_user_id", id(event.actor))
            text.field("assuming_acting_user_id", id(event.assuming))
            text.field("role_id", object(event.role) { Tenant.roleID($0) })
            text.field("app_id", object(event.app) { Tenant.appID($0) })
            text.field("group_id", object(event.group) { Tenant.groupID($0) })
            text.field("otp_device_id", event.device < 0 ? nil : Int(event.device))
            text.field("policy_id", object(event.policy) { Tenant.policyID($0) })
            text.field("actor_system", detail.actorSystem ?? "")
            text.field("custom_message", detail.customMessage)
            text.field("role_name", object(event.role, Names.roles))
            text.field("app_name", object(event.app, Names.apps))
            text.field("group_name", object(event.group, Names.groups))
            text.field("actor_user_name", name(event.actor))
            text.field("user_name", name(event.user))
            text.field("policy_name", object(event.policy, Names.policies))
            text.field("otp_device_name", object(event.deviceKind, Names.devices))
            writeRest(of: event, detail, to: &text)
            text.only = nil
        }
    }

    private func writeRest(of event: SimulatedEvent, _ detail: EventDetail, to text: inout JSONText) {
        if !event.isShort {
            text.field("operation_name", detail.operationName)
            text.null("directory_sync_run_id")
            text.null("directory_id")
            text.null("resolution")
            text.field("client_id", detail.clientID)
            text.field("resource_type_id", detail.resourceType)
            text.field("error_description", detail.errorDescription)
            text.null("proxy_ip")
            text.field("risk_score", event.risk < 0 ? nil : Int(event.risk))
            text.field("risk_reasons", detail.riskReasons)
            text.null("risk_cookie_id")
            text.null("browser_fingerprint")
        }
        if event.privilege >= 0 {
            text.field("privilege_id", 100 + Int(event.privilege))
            if options.namesPrivileges {
                text.field("privilege_name", Names.delegatedPrivileges[Int(event.privilege)])
            }
        }
    }
}
