/// `/api/1/roles` and `/api/2/roles` with their lists of users, administrators and apps.
extension Service {
    func rolesVersion1(_ rest: [String], _ call: Call) throws(Failure) -> Reply {
        guard call.method == "GET" else { throw .noRoute }
        try need(.readDirectory)
        if let text = rest.first {
            let role = try roleIndex(text)
            return envelope { text in text.array([role]) { Self.writeRole($1, to: &$0) } }
        }
        let all = Names.roles.indices.filter { call["name"] == nil || call["name"] == Names.roles[$0] }
        let (rows, isMore) = try window(call, all, most: 50) { Tenant.roleID($0) }
        return envelope(call, rows, isMore: isMore, id: { Tenant.roleID($0) }) { Self.writeRole($1, to: &$0) }
    }

    private static func writeRole(_ role: Int, to text: inout JSONText) {
        text.object { text in
            text.field("id", Tenant.roleID(role))
            text.field("name", Names.roles[role])
        }
    }

    private func roleIndex(_ text: String) throws(Failure) -> Int {
        guard let id = Int(text) else { throw .attribute("id", "id should be -> integer") }
        guard let role = Tenant.roleIndex(id) else { throw .notFound }
        return role
    }

    mutating func rolesVersion2(_ rest: [String], _ call: Call) throws(Failure) -> Reply {
        if call.method != "GET" { return try changeRole(rest, call) }
        try need(.readDirectory)
        guard let first = rest.first else { return try listRoles(call) }
        let role = try roleIndex(first)
        switch rest.dropFirst().first {
        case nil:
            var text = JSONText()
            Self.writeRole(role, to: &text)
            return .json(text.bytes)
        case "users": return try people(members(of: role), role, call)
        case "admins": return try people(tenant.administrators(of: role), role, call)
        case "apps":
            let isOther = call["assigned"] == "false"
            let apps = Names.apps.indices.filter { tenant.apps(of: role).contains($0) != isOther }
            let request = try PageRequest(call, standard: 100, most: 100, isRoles: true)
            return page(request, request.slice(apps), total: apps.count) { text, app in
                text.object { text in
                    text.field("id", Tenant.appID(app))
                    text.field("name", Names.apps[app])
                    text.field("icon_url", "https://cdn.example.test/icons/\(app).png")
                }
            }
        default: throw .noRoute
        }
    }

    /// The members of a role, from the cache when nothing has changed.
    mutating func members(of role: Int) -> [Int] {
        let tenant = tenant
        return cache.list("role/\(role)", version: tenant.version) { tenant.members(of: role) }
    }

    private mutating func listRoles(_ call: Call) throws(Failure) -> Reply {
        let app = try call.integer("app_id").map { Tenant.appIndex($0) ?? -1 }
        let name = call["name"] ?? call["role_name"]
        let tenant = tenant
        let roles = Names.roles.indices.filter { role in
            (name == nil || name == Names.roles[role]) && (app.map { tenant.apps(of: role).contains($0) } ?? true)
        }
        let fields = Set((call["fields"] ?? "").split(separator: ",").map { String($0) })
        let request = try PageRequest(call, standard: options.pageSize, most: 650, isRoles: true)
        let rows = request.slice(roles)
        var users: [Int: [Int]] = [:]
        if fields.contains("users") { for role in rows { users[role] = members(of: role) } }
        return page(request, rows, total: roles.count) { text, role in
            text.object { text in
                text.field("id", Tenant.roleID(role))
                text.field("name", Names.roles[role])
                text.list("apps", tenant.apps(of: role)) { $0.value(Tenant.appID($1)) }
                if let users = users[role] { text.list("users", users) { $0.value(Tenant.userID($1)) } }
                if fields.contains("admins") {
                    text.list("admins", tenant.administrators(of: role)) { $0.value(Tenant.userID($1)) }
                }
            }
        }
    }

    private func people(_ users: [Int], _ role: Int, _ call: Call) throws(Failure) -> Reply {
        let request = try PageRequest(call, standard: 100, most: 100, isRoles: true)
        let tenant = tenant
        let named = call["name"].map { name in users.filter { tenant.displayName($0).contains(name) } } ?? users
        return page(request, request.slice(named), total: named.count) { text, index in
            let user = tenant.user(index)
            text.object { text in
                text.field("id", Tenant.userID(index))
                text.field("name", user.displayName)
                text.field("username", user.username)
                if index % 3 != 0 {
                    text.objectField("added_by") { text in
                        text.field("id", Tenant.userID(0))
                        text.field("name", tenant.displayName(0))
                    }
                    text.field("added_at", WireTime.textOfSeconds(user.createdAt + 7_200_000))
                }
                text.field("assigned", true)
            }
        }
    }

    /// `POST` and `DELETE` of members and administrators, with a bare array as body.
    private mutating func changeRole(_ rest: [String], _ call: Call) throws(Failure) -> Reply {
        guard rest.count == 2, rest[1] == "users" || rest[1] == "admins",
            call.method == "POST" || call.method == "DELETE"
        else { throw .noRoute }
        try need(.everything)
        let role = try roleIndex(rest[0])
        guard let ids = try call.json().integers else { throw .roles(400, "Expected array in request") }
        var users: [Int] = []
        for id in ids {
            guard let user = tenant.userIndex(id) else { throw .notFound }
            users.append(user)
        }
        let isAdding = call.method == "POST"
        for user in users {
            if rest[1] == "users" {
                setRole(role, of: user, to: isAdding, types: [isAdding ? 147 : 148])
            } else {
                setAdministrator(user, of: role, to: isAdding)
            }
        }
        if !isAdding { return .noContent }
        var text = JSONText()
        text.array(ids) { text, id in text.object { $0.field("id", id) } }
        return .json(text.bytes)
    }

    private mutating func setAdministrator(_ user: Int, of role: Int, to isAdministrator: Bool) {
        var all = tenant.administrators(of: role).filter { $0 != user }
        if isAdministrator { all.insert(user, at: all.binaryPlace(of: user)) }
        world.tenant.roleAdministrators[role] = all
        world.tenant.touch()
        world.raise(isAdministrator ? 151 : 152, user: user, actor: 0) { $0.role = Int16(role) }
    }
}
