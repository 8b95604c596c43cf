/// `/api/1/users` and `/api/2/users`: lists and single users. What changes them is in `Service+Actions`.
extension Service {
    mutating func usersVersion2(_ rest: [String], _ call: Call) throws(Failure) -> Reply {
        switch (call.method, rest.count) {
        case ("GET", 0): return try listVersion2(call)
        case ("GET", 1) where rest[0] == "custom_attributes":
            try need(.readDirectory)
            return attributeDefinitions()
        case ("GET", 1):
            try need(.readDirectory)
            var text = JSONText()
            text.userDetail(tenant.user(try userIndex(rest[0])), tenant)
            return .json(text.bytes)
        case ("GET", 2) where rest[1] == "apps":
            try need(.readDirectory)
            return appsOfUserVersion2(try userIndex(rest[0]))
        case ("PUT", 1): return try updateUser(try userIndex(rest[0]), call)
        case ("DELETE", 1): return try deleteUser(try userIndex(rest[0]))
        case ("POST", 2) where rest[1] == "unlock": return try unlock(try userIndex(rest[0]))
        default: throw .noRoute
        }
    }

    /// The index of the user with an id in the path.
    func userIndex(_ text: String) throws(Failure) -> Int {
        guard let id = Int(text) else { throw .attribute("id", "id should be -> integer") }
        guard let index = tenant.userIndex(id) else { throw .notFound }
        return index
    }

    private mutating func listVersion2(_ call: Call) throws(Failure) -> Reply {
        try need(.readDirectory)
        let filter = try UserFilter(call)
        let request = try PageRequest(call, standard: min(options.pageSize, 50), most: 50)
        let fields = call["fields"].map { Set($0.split(separator: ",").map { String($0) }) }
        let rows: [Int]
        let total: Int
        if filter.isEmpty {
            total = tenant.count
            rows = tenant.indices(from: request.start, limit: request.limit)
        } else {
            let all = matching(filter, call)
            total = all.count
            rows = Array(request.slice(all))
        }
        let tenant = tenant
        return page(request, rows, total: total) { text, index in
            text.userListRow(tenant.user(index), tenant, fields: fields)
        }
    }

    /// The users a filter accepts, rising.
    private mutating func matching(_ filter: UserFilter, _ call: Call) -> [Int] {
        let paging: Set<String> = ["limit", "page", "cursor", "after_cursor", "before_cursor", "fields", "sort"]
        let kept = call.query.filter { !paging.contains($0.name) }
        let key = "\(call.isVersion2)?" + kept.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
        let tenant = tenant
        return cache.list(key, version: tenant.version) {
            (0..<tenant.size).filter { !tenant.isDeleted($0) && filter.accepts($0, tenant) }
        }
    }

    private func attributeDefinitions() -> Reply {
        var text = JSONText()
        text.array(Tenant.customAttributes.enumerated()) { text, attribute in
            text.object { text in
                text.field("id", 1 + attribute.offset)
                text.field("name", attribute.element.split(separator: "_").joined(separator: " "))
                text.field("shortname", attribute.element)
                text.null("position")
            }
        }
        return .json(text.bytes)
    }

    private func appsOfUserVersion2(_ user: Int) -> Reply {
        var text = JSONText()
        text.array(tenant.appsOfUser(user)) { text, app in
            text.object { text in
                text.field("id", Tenant.appID(app))
                text.field("icon_url", "https://cdn.example.test/icons/\(app).png")
                text.field("extension", false)
                text.field("login_id", 9_000_000 + user * 32 + app)
                text.field("name", Names.apps[app])
                text.field("provisioning_status", "enabled")
                text.field("provisioning_state", "provisioned")
                text.field("provisioning_enabled", true)
            }
        }
        return .json(text.bytes)
    }

    // MARK: version 1

    mutating func usersVersion1(_ rest: [String], _ call: Call) throws(Failure) -> Reply {
        if call.method == "PUT" { return try userActions(rest, call) }
        if call.method == "DELETE" {
            switch rest.count {
            case 1: return try deleteUser(try userIndex(rest[0]))
            case 3 where rest[1] == "otp_devices": return try removeDevice(try userIndex(rest[0]), rest[2])
            default: throw .noRoute
            }
        }
        guard call.method == "GET" else { throw .noRoute }
        try need(.readDirectory)
        switch rest.count {
        case 0: return try listVersion1(call)
        case 1 where rest[0] == "custom_attributes":
            return envelope { text in
                text.array([Tenant.customAttributes]) { $0.array($1) { $0.value($1) } }
            }
        case 1:
            let user = tenant.user(try userIndex(rest[0]))
            return envelope { text in text.array([user]) { $0.userVersion1($1, tenant, fields: nil) } }
        case 2: return try listOfUser(rest[1], try userIndex(rest[0]))
        default: throw .noRoute
        }
    }

    private mutating func listVersion1(_ call: Call) throws(Failure) -> Reply {
        let filter = try UserFilter(call)
        let fields = call["fields"].map { Set($0.split(separator: ",").map { String($0) }) }
        let tenant = tenant
        let limit = max(1, min(try call.integer("limit") ?? options.pageSize, 50))
        var rows: [Int]
        var isMore: Bool
        if filter.isEmpty, call["before_cursor"] == nil {
            var start = 0
            if let text = call["after_cursor"], !text.isEmpty {
                guard let cursor = IDCursor(text) else { throw .badRequest("invalid cursor") }
                start = max(0, (cursor.id - Tenant.userID(0)) / 7 + 1)
                if cursor.id < Tenant.userID(0) { start = 0 }
            }
            rows = []
            var index = start
            while index < tenant.size, rows.count <= limit {
                if !tenant.isDeleted(index) { rows.append(index) }
                index += 1
            }
            isMore = rows.count > limit
            if isMore { rows.removeLast() }
        } else {
            (rows, isMore) = try window(call, matching(filter, call), most: 50) { Tenant.userID($0) }
        }
        return envelope(call, rows, isMore: isMore, id: { Tenant.userID($0) }) { text, index in
            text.userVersion1(tenant.user(index), tenant, fields: fields)
        }
    }

    /// The nested lists of version 1: a list inside a list for roles, a list with an empty list for no apps.
    private func listOfUser(_ name: String, _ user: Int) throws(Failure) -> Reply {
        switch name {
        case "roles":
            let roles = tenant.roles(of: user)
            return envelope { $0.array([roles]) { $0.array($1) { $0.value(Tenant.roleID($1)) } } }
        case "apps":
            let apps = tenant.appsOfUser(user)
            return envelope { text in
                if apps.isEmpty { return text.array([[Int]()]) { $0.array($1) { $0.value($1) } } }
                text.array(apps) { text, app in
                    text.object { text in
                        text.field("id", Tenant.appID(app))
                        text.field("name", Names.apps[app])
                        text.field("icon", "/images/icons/\(app).png")
                        text.null("provisioned")
                        text.field("extension", false)
                        text.null("login_id")
                        text.field("personal", false)
                    }
                }
            }
        case "otp_devices": return devicesVersion1(user)
        default: throw .noRoute
        }
    }
}
