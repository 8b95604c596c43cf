/// Delegated privileges and second factors.
extension Service {
    // MARK: privileges

    /// `/api/1/privileges`: bare arrays and the error shape of version 2, though the path says 1.
    func privileges(_ rest: [String], _ call: Call) throws(Failure) -> Reply {
        try need(.everything)
        guard options.hasPrivileges else { throw .notFound }
        guard call.method == "GET" else { throw .noRoute }
        let all = Array(Names.delegatedPrivileges.indices)
        guard let first = rest.first else {
            var text = JSONText()
            text.array(all) { writePrivilege($1, to: &$0) }
            return .json(text.bytes)
        }
        guard let place = all.first(where: { tenant.privilegeID($0) == first }) else { throw .notFound }
        var text = JSONText()
        switch rest.dropFirst().first {
        case nil: writePrivilege(place, to: &text)
        case "users":
            writeHolders("users", tenant.holders(ofPrivilege: place).map { Tenant.userID($0) }, to: &text)
        case "roles":
            writeHolders("roles", tenant.roles(ofPrivilege: place).map { Tenant.roleID($0) }, to: &text)
        default: throw .noRoute
        }
        return .json(text.bytes)
    }

    private func writeHolders(_ name: String, _ ids: [Int], to text: inout JSONText) {
        text.object { text in
            text.field("total", ids.count)
            text.list(name, ids) { $0.value($1) }
            for link in ["beforeCursor", "previousLink", "afterCursor", "nextLink"] { text.null(link) }
        }
    }

    private func writePrivilege(_ place: Int, to text: inout JSONText) {
        let actions = [
            ["*"], ["users:List", "users:Get", "users:Update", "users:Unlock"], ["users:ResetPassword", "users:Get"],
            ["apps:List", "apps:ManageUsers"],
        ]
        text.object { text in
            text.field("id", tenant.privilegeID(place))
            text.field("name", Names.delegatedPrivileges[place])
            text.null("description")
            text.objectField("privilege") { text in
                text.field("Version", "2018-05-18")
                text.list("Statement", [place]) { text, place in
                    text.object { text in
                        text.field("Effect", "Allow")
                        text.list("Action", actions[place]) { $0.value($1) }
                        text.list("Scope", [place == 3 ? "apps/\(Tenant.appID(2))" : "*"]) { $0.value($1) }
                    }
                }
            }
        }
    }

    // MARK: factors

    func devicesVersion1(_ user: Int) -> Reply {
        let devices = tenant.devices(of: user)
        let name = tenant.displayName(user)
        return envelope { text in
            text.object { text in
                text.list("otp_devices", devices) { text, device in
                    text.object { text in
                        text.field("id", device.id)
                        text.field("active", device.isActive)
                        text.field("default", device.place == 0)
                        text.field("auth_factor_name", Names.devices[device.kind])
                        text.field("type_display_name", Names.devices[device.kind])
                        text.field("user_display_name", "\(name) \(device.place + 1)")
                        text.field("phone_number", device.kind == 1 ? "+15555550100" : nil)
                        text.field("needs_trigger", device.kind == 1 || device.kind == 4)
                    }
                }
            }
        }
    }

    /// `/api/2/mfa/users/{id}/…`: only factors in use are listed, with text for ids.
    mutating func factors(_ rest: [String], _ call: Call) throws(Failure) -> Reply {
        guard rest.count >= 3, rest[0] == "users" else { throw .noRoute }
        try need(.everything)
        let user = try userIndex(rest[1])
        switch (call.method, rest[2], rest.count) {
        case ("GET", "devices", 3):
            var text = JSONText()
            text.array(tenant.devices(of: user).filter { $0.isActive }) { text, device in
                text.object { text in
                    text.field("device_id", String(device.id))
                    text.field("user_display_name", Names.devices[device.kind])
                    text.field("type_display_name", Names.devices[device.kind])
                    text.field("auth_factor_name", Names.devices[device.kind])
                    text.field("default", device.place == 0)
                }
            }
            return .json(text.bytes)
        case ("GET", "factors", 3):
            var text = JSONText()
            text.array(Names.devices.indices) { text, kind in
                text.object { text in
                    text.field("factor_id", 1 + kind)
                    text.field("name", Names.devices[kind])
                    text.field("auth_factor_name", Names.devices[kind])
                }
            }
            return .json(text.bytes)
        case ("DELETE", "devices", 4): return try removeDevice(user, rest[3])
        default: throw .noRoute
        }
    }

    /// Takes a factor from a user and raises event 24.
    mutating func removeDevice(_ user: Int, _ text: String) throws(Failure) -> Reply {
        try need(.everything)
        guard let device = tenant.devices(of: user).first(where: { String($0.id) == text }) else { throw .notFound }
        world.raise(24, user: user, actor: 0) { event in
            event.device = Int32(device.id)
            event.deviceKind = Int16(device.kind)
        }
        return .noContent
    }
}
