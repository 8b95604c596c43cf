/// Calls that change users, with the events OneLogin raises for them. The actor is user 0, who owns the credential.
extension Service {
    // MARK: version 2

    /// `PUT /api/2/users/{id}` with any part of a user.
    mutating func updateUser(_ user: Int, _ call: Call) throws(Failure) -> Reply {
        try need(.changeUsers)
        guard case .object(let members) = try call.json() else { throw .badRequest("Expected object in request") }
        var change = tenant.changes[user] ?? UserChange()
        let before = tenant.core(user).status
        for (name, value) in members { try Self.apply(name, value, to: &change) }
        change.updatedAt = now
        world.tenant.change(user) { $0 = change }
        for type in eventTypes(from: before, to: change.status ?? before) { raiseByOwner(type, user) }
        var text = JSONText()
        text.userDetail(tenant.user(user), tenant)
        return .json(text.bytes)
    }

    private static let texts: Set<String> = [
        "firstname", "lastname", "username", "email", "department", "title", "company", "comment", "phone",
    ]
    private static let ignored: Set<String> = [
        "state", "password", "password_confirmation", "password_algorithm", "salt", "manager_user_id",
        "external_id", "directory_id", "preferred_locale_code",
    ]

    private static func apply(_ name: String, _ value: BodyValue, to change: inout UserChange) throws(Failure) {
        switch name {
        case "status":
            guard let status = value.int, [0, 1, 2, 3, 4, 5, 7, 8].contains(status) else {
                throw .validation(field: "status", message: "is not included in the list")
            }
            change.status = status
        case "group_id":
            if value == .null {
                change.group = .some(nil)
            } else {
                guard let id = value.int, let group = Tenant.groupIndex(id) else {
                    throw .validation(field: "group_id", message: "does not exist")
                }
                change.group = .some(group)
            }
        case "custom_attributes":
            guard case .object(let members) = value else { throw .badRequest("custom_attributes should be an object") }
            for (name, value) in members {
                guard Tenant.customAttributes.contains(name) else { throw .badRequest("unknown attribute: \(name)") }
                change.customAttributes[name] = value.string
            }
        case _ where texts.contains(name): change.texts.updateValue(value.string, forKey: name)
        case _ where ignored.contains(name): return
        default: throw .badRequest("unknown attribute: \(name)")
        }
    }

    /// The events of a change of status, as reference section 15 names them.
    private func eventTypes(from before: Int, to after: Int) -> [Int] {
        switch (before, after) {
        case _ where before == after: [14, 529]
        case (2, 1): [32, 552]
        case (_, 1): [16, 529]
        case (_, 2): [21, 551]
        case (_, 0): [15, 529]
        default: [14, 529]
        }
    }

    mutating func deleteUser(_ user: Int) throws(Failure) -> Reply {
        try need(.changeUsers)
        raiseByOwner(17, user)
        raiseByOwner(530, user)
        world.tenant.delete(user)
        return .noContent
    }

    mutating func unlock(_ user: Int) throws(Failure) -> Reply {
        try need(.everything)
        guard tenant.core(user).status == 3 else { throw .badRequest("user is not locked") }
        world.tenant.change(user) { change in
            change.status = 1
            change.lockedUntil = .some(nil)
        }
        touch(user)
        raiseByOwner(12, user)
        raiseByOwner(554, user)
        // The key is spelled so.
        return .json(Array(#"{"messsage":"Success"}"#.utf8))
    }

    // MARK: version 1

    mutating func userActions(_ rest: [String], _ call: Call) throws(Failure) -> Reply {
        guard rest.count == 2 else { throw .noRoute }
        if rest[0] == "set_password_clear_text" || rest[0] == "set_password_using_salt" {
            return try setPassword(try userIndex(rest[1]), call, isHashed: rest[0] == "set_password_using_salt")
        }
        let user = try userIndex(rest[0])
        switch rest[1] {
        case "lock_user": return try lock(user, call)
        case "logout":
            try need(.endSessions)
            raiseByOwner(516, user)
            raiseByOwner(550, user)
            return .success
        case "add_roles", "remove_roles": return try changeRoles(user, call, isAdding: rest[1] == "add_roles")
        case "set_state":
            try need(.changeUsers)
            guard let state = try call.json()["state"]?.int, (0...3).contains(state) else {
                throw .attribute("state", "state should be -> integer")
            }
            world.tenant.change(user) { $0.state = state }
            touch(user)
            raiseByOwner([14, 14, 50, 223][state], user)
            return .success
        case "set_custom_attributes":
            try need(.changeUsers)
            let body = try call.json()
            guard let attributes = body["custom_attributes"] else { throw .badRequest("custom_attributes is missing") }
            var change = tenant.changes[user] ?? UserChange()
            try Self.apply("custom_attributes", attributes, to: &change)
            world.tenant.change(user) { $0 = change }
            touch(user)
            raiseByOwner(512, user)
            return .success
        default: throw .noRoute
        }
    }

    private mutating func setPassword(_ user: Int, _ call: Call, isHashed: Bool) throws(Failure) -> Reply {
        try need(.everything)
        let body = try call.json()
        guard let password = body["password"]?.string, !password.isEmpty,
            password == body["password_confirmation"]?.string
        else {
            raiseByOwner(isHashed ? 517 : 518, user)
            throw .unprocessable("password and password_confirmation do not match")
        }
        let moment = now
        world.tenant.change(user) { change in
            change.passwordChangedAt = moment
            if let status = change.status, [4, 5, 7].contains(status) { change.status = 1 }
        }
        touch(user)
        raiseByOwner(isHashed ? 510 : 511, user)
        raiseByOwner(211, user)
        return .success
    }

    private mutating func lock(_ user: Int, _ call: Call) throws(Failure) -> Reply {
        try need(.everything)
        guard let minutes = try call.json()["locked_until"]?.int, (0...525_600).contains(minutes) else {
            throw .attribute("locked_until", "locked_until should be -> integer")
        }
        let until = minutes > 0 ? now + Int64(minutes) * 60_000 : nil
        world.tenant.change(user) { change in
            change.status = 3
            change.lockedUntil = .some(until)
            change.invalidLoginAttempts = 0
        }
        touch(user)
        raiseByOwner(531, user)
        raiseByOwner(553, user)
        return .success
    }

    private mutating func changeRoles(_ user: Int, _ call: Call, isAdding: Bool) throws(Failure) -> Reply {
        try need(.everything)
        guard let list = try call.json()["role_id_array"] else { throw .badRequest("role_id_array is missing") }
        var ids = list.integers
        // One client sends objects when it removes roles.
        if ids == nil, case .array(let values) = list { ids = values.compactMap { $0["role_id"]?.int } }
        var roles: [Int] = []
        for id in ids ?? [] {
            guard let role = Tenant.roleIndex(id) else { throw .notFound }
            roles.append(role)
        }
        for role in roles { setRole(role, of: user, to: isAdding, types: isAdding ? [513, 147] : [514, 148]) }
        return .success
    }

    // MARK: what they share

    /// Gives a role or takes it away; nothing happens, and no event, when it is so already.
    mutating func setRole(_ role: Int, of user: Int, to isMember: Bool, types: [Int]) {
        guard tenant.isMember(user, of: role) != isMember else { return }
        world.tenant.change(user) { $0.roles[role] = isMember }
        touch(user)
        for type in types { world.raise(type, user: user, actor: 0) { $0.role = Int16(role) } }
    }

    private mutating func touch(_ user: Int) {
        let moment = now
        world.tenant.change(user) { $0.updatedAt = moment }
    }

    private mutating func raiseByOwner(_ type: Int, _ user: Int) {
        let detail = EventDetail(clientID: options.clientID)
        world.raise(type, user: user, actor: 0, detail: detail)
    }
}
