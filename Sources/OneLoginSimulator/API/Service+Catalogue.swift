/// Groups, apps and mappings: small lists.
extension Service {
    // MARK: groups

    func groupsVersion1(_ rest: [String], _ call: Call) throws(Failure) -> Reply {
        guard call.method == "GET" else { throw .noRoute }
        try need(.readDirectory)
        if let text = rest.first {
            let group = try groupIndex(text)
            return envelope { text in text.array([group]) { Self.writeGroup($1, to: &$0) } }
        }
        let (rows, isMore) = try window(call, Array(Names.groups.indices), most: 50) { Tenant.groupID($0) }
        return envelope(call, rows, isMore: isMore, id: { Tenant.groupID($0) }) { Self.writeGroup($1, to: &$0) }
    }

    func groupsVersion2(_ rest: [String], _ call: Call) throws(Failure) -> Reply {
        guard call.method == "GET" else { throw .noRoute }
        try need(.readDirectory)
        if let text = rest.first {
            var out = JSONText()
            Self.writeGroup(try groupIndex(text), to: &out)
            return .json(out.bytes)
        }
        let request = try PageRequest(call, standard: options.pageSize, most: 100)
        let groups = Array(Names.groups.indices)
        return page(request, request.slice(groups), total: groups.count) { Self.writeGroup($1, to: &$0) }
    }

    private func groupIndex(_ text: String) throws(Failure) -> Int {
        guard let id = Int(text) else { throw .attribute("id", "id should be -> integer") }
        guard let group = Tenant.groupIndex(id) else { throw .notFound }
        return group
    }

    private static func writeGroup(_ group: Int, to text: inout JSONText) {
        text.object { text in
            text.field("id", Tenant.groupID(group))
            text.field("name", Names.groups[group])
            text.null("reference")
        }
    }

    // MARK: apps

    func appsVersion1(_ rest: [String], _ call: Call) throws(Failure) -> Reply {
        guard call.method == "GET", rest.isEmpty else { throw .noRoute }
        try need(.readEverything)
        let (rows, isMore) = try window(call, Array(Names.apps.indices), most: 50) { Tenant.appID($0) }
        return envelope(call, rows, isMore: isMore, id: { Tenant.appID($0) }) { text, app in
            text.object { text in
                text.field("id", Tenant.appID(app))
                text.field("connector_id", 110_000 + app)
                text.field("name", Names.apps[app])
                text.field("extension", false)
                text.field("icon", "/images/icons/\(app).png")
                text.field("visible", app % 11 != 7)
                text.field("provisioning", app % 4 == 1)
            }
        }
    }

    func appsVersion2(_ rest: [String], _ call: Call) throws(Failure) -> Reply {
        guard call.method == "GET" else { throw .noRoute }
        try need(.readEverything)
        if rest.isEmpty {
            let method = try call.integer("auth_method")
            let connector = try call.integer("connector_id")
            let apps = Names.apps.indices.filter { app in
                (call["name"] == nil || call["name"] == Names.apps[app])
                    && (method == nil || method == Self.authMethod(app))
                    && (connector == nil || connector == 110_000 + app)
            }
            let request = try PageRequest(call, standard: options.pageSize, most: 1000)
            return page(request, request.slice(apps), total: apps.count) { text, app in
                text.object { self.writeApp(app, to: &$0) }
            }
        }
        guard let id = Int(rest[0]), let app = Tenant.appIndex(id) else { throw .notFound }
        if rest.count == 1 { return appDetail(app) }
        guard rest.count == 2, rest[1] == "users" else { throw .noRoute }
        let tenant = tenant
        let request = try PageRequest(call, standard: 100, most: 1000)
        let users = (0..<tenant.size).filter { !tenant.isDeleted($0) && tenant.appsOfUser($0).contains(app) }
        return page(request, request.slice(users), total: users.count) { text, index in
            let user = tenant.user(index)
            text.object { text in
                text.field("id", Tenant.userID(index))
                text.field("firstname", user.firstName)
                text.field("lastname", user.lastName)
                text.field("username", user.username)
                text.field("email", user.email)
            }
        }
    }

    private static let methods = [(2, "SAML2.0"), (8, "OpenID Connect"), (0, "Password"), (6, "Form")]
    private static func authMethod(_ app: Int) -> Int { methods[app % methods.count].0 }

    private func writeApp(_ app: Int, to text: inout JSONText) {
        let created = tenant.epoch - Int64(900 - app) * 86_400_000
        text.field("id", Tenant.appID(app))
        text.field("connector_id", 110_000 + app)
        text.field("name", Names.apps[app])
        text.null("description")
        text.field("visible", app % 11 != 7)
        text.field("auth_method", Self.authMethod(app))
        text.field("auth_method_description", Self.methods[app % Self.methods.count].1)
        text.field("icon_url", "https://cdn.example.test/icons/\(app).png")
        text.time("created_at", created)
        text.time("updated_at", created + Int64(app) * 3_600_000)
    }

    private func appDetail(_ app: Int) -> Reply {
        var text = JSONText()
        let roles = Names.roles.indices.filter { tenant.apps(of: $0).contains(app) }
        text.object { text in
            writeApp(app, to: &text)
            text.null("notes")
            text.field("policy_id", app % 3 == 0 ? Tenant.policyID(app % 5) : nil)
            text.null("brand_id")
            text.null("tab_id")
            text.field("allow_assumed_signin", app % 6 == 5)
            text.list("role_ids", roles) { $0.value(Tenant.roleID($1)) }
            text.objectField("provisioning") { $0.field("enabled", app % 4 == 1) }
            text.objectField("parameters") { _ in }
            text.objectField("configuration") { _ in }
            text.objectField("sso") { _ in }
            text.null("enforcement_point")
        }
        return .json(text.bytes)
    }

    // MARK: connectors

    func connectors(_ rest: [String], _ call: Call) throws(Failure) -> Reply {
        guard call.method == "GET", rest.isEmpty else { throw .noRoute }
        try need(.readEverything)
        let all = Names.apps.indices.filter { call["name"] == nil || call["name"] == Names.apps[$0] }
        let request = try PageRequest(call, standard: options.pageSize, most: 1000)
        return page(request, request.slice(all), total: all.count) { text, app in
            text.object { text in
                text.field("id", 110_000 + app)
                text.field("name", Names.apps[app])
                text.field("icon_url", "https://cdn.example.test/icons/\(app).png")
                text.field("auth_method", Self.authMethod(app))
                text.field("allows_new_parameters", app % 2 == 0)
            }
        }
    }

    // MARK: mappings

    func mappings(_ rest: [String], _ call: Call) throws(Failure) -> Reply {
        guard call.method == "GET", rest.count <= 1 else { throw .noRoute }
        try need(.readEverything)
        let all = Array(0..<5)
        if let first = rest.first {
            guard let id = Int(first), all.contains(id - 3001) else { throw .notFound }
            var text = JSONText()
            Self.writeMapping(id - 3001, to: &text)
            return .json(text.bytes)
        }
        let wanted = call["enabled"].map { $0 == "true" }
        let shown = all.filter { wanted == nil || wanted == ($0 != 4) }
        let request = try PageRequest(call, standard: options.pageSize, most: 1000)
        return page(request, request.slice(shown), total: shown.count) { Self.writeMapping($1, to: &$0) }
    }

    private static func writeMapping(_ place: Int, to text: inout JSONText) {
        let isEnabled = place != 4
        text.object { text in
            text.field("id", 3001 + place)
            text.field("name", "\(Names.departments[place]) gets its role")
            text.field("enabled", isEnabled)
            text.field("match", "all")
            text.field("position", isEnabled ? place + 1 : nil)
            text.list("conditions", [place]) { text, place in
                text.object { text in
                    text.field("source", "department")
                    text.field("operator", "=")
                    text.field("value", Names.departments[place])
                }
            }
            text.list("actions", [place]) { text, place in
                text.object { text in
                    text.field("action", "add_role")
                    text.list("value", [String(Tenant.roleID(1 + place))]) { $0.value($1) }
                }
            }
        }
    }
}
