/// The filters of a user list.
struct UserFilter: Sendable {
    private struct Range: Sendable {
        var since: Int64?
        var until: Int64?

        func contains(_ time: Int64?) -> Bool {
            if since == nil && until == nil { return true }
            guard let time else { return false }
            return time >= since ?? .min && time <= until ?? .max
        }
    }

    /// An exact value, with `*` for any text and, in version 1, `!` in front for "not".
    private struct TextTest: Sendable {
        let name: String
        let pattern: [Substring]
        let isNegated: Bool

        init(_ name: String, _ value: String, allowsNot: Bool) {
            self.name = name
            isNegated = allowsNot && value.hasPrefix("!")
            pattern = value.dropFirst(isNegated ? 1 : 0).split(separator: "*", omittingEmptySubsequences: false)
        }

        func matches(_ text: String?) -> Bool { fits(text ?? "") != isNegated }

        private func fits(_ text: String) -> Bool {
            guard let first = pattern.first, let last = pattern.last, pattern.count > 1 else {
                return text == pattern.first.map { String($0) } ?? ""
            }
            guard text.hasPrefix(first) else { return false }
            var rest = text.dropFirst(first.count)
            for part in pattern.dropFirst().dropLast() where !part.isEmpty {
                guard let found = rest.ranges(of: part).first else { return false }
                rest = rest[found.upperBound...]
            }
            return rest.hasSuffix(last)
        }
    }

    private var created = Range()
    private var updated = Range()
    private var signedIn = Range()
    private var status: Int?
    private var group: Int?
    private var role: Int?
    private var app: Int?
    private var ids: Set<Int>?
    private var texts: [TextTest] = []

    private static let textNames = [
        "firstname", "lastname", "email", "username", "samaccountname", "external_id", "directory_id",
    ]
    private static let known: Set<String> = Set(
        textNames + [
            "limit", "page", "cursor", "after_cursor", "before_cursor", "sort", "fields", "search", "since", "until",
            "created_since", "created_until", "updated_since", "updated_until", "last_login_since",
            "last_login_until", "status", "group_id", "role_id", "role_ids", "app_id", "user_ids", "member_of", "id",
        ])

    /// - Throws: 400 for a parameter that no user list has.
    init(_ call: Call) throws(Failure) {
        created.since = try call.time(call["created_since"] == nil ? "since" : "created_since")
        created.until = try call.time(call["created_until"] == nil ? "until" : "created_until")
        updated = Range(since: try call.time("updated_since"), until: try call.time("updated_until"))
        signedIn = Range(since: try call.time("last_login_since"), until: try call.time("last_login_until"))
        status = try call.integer("status")
        if let id = try call.integer("group_id") { group = Tenant.groupIndex(id) ?? -1 }
        if let id = try call.integer(call["role_id"] == nil ? "role_ids" : "role_id") {
            role = Tenant.roleIndex(id) ?? -1
        }
        if let id = try call.integer("app_id") { app = Tenant.appIndex(id) ?? -1 }
        if let list = call["user_ids"] ?? call["id"] {
            ids = Set(list.split(separator: ",").compactMap { Int($0) })
        }
        for (name, value) in call.query {
            if Self.textNames.contains(name) || name.hasPrefix("custom_attributes.") {
                texts.append(TextTest(name, value, allowsNot: !call.isVersion2))
            } else if call.isVersion2, !Self.known.contains(name) {
                throw .badRequest("unknown attribute: \(name)")
            }
        }
    }

    /// Whether every user passes.
    var isEmpty: Bool {
        let hasNoTimes = [created, updated, signedIn].allSatisfy { $0.since == nil && $0.until == nil }
        return hasNoTimes && status == nil && group == nil && role == nil && app == nil && ids == nil && texts.isEmpty
    }

    /// Whether a user passes; strings are made only when a filter asks for them.
    func accepts(_ index: Int, _ tenant: Tenant) -> Bool {
        if let ids, !ids.contains(Tenant.userID(index)) { return false }
        let core = tenant.core(index)
        guard created.contains(core.createdAt), updated.contains(core.updatedAt), signedIn.contains(core.lastLogin)
        else { return false }
        if let status, core.status != status { return false }
        if let group, core.group != group { return false }
        if let role, role < 0 || !tenant.isMember(index, of: role) { return false }
        if let app, !tenant.appsOfUser(index).contains(app) { return false }
        guard !texts.isEmpty else { return true }
        let user = tenant.user(index)
        return texts.allSatisfy { $0.matches(Self.text($0.name, of: user)) }
    }

    private static func text(_ name: String, of user: SimulatedUser) -> String? {
        switch name {
        case "firstname": user.firstName
        case "lastname": user.lastName
        case "email": user.email
        case "username": user.username
        case "external_id": user.externalID
        case "directory_id": user.directoryID.map { String($0) }
        case "samaccountname": nil
        default: user.customAttributes[String(name.dropFirst("custom_attributes.".count))]
        }
    }
}

/// The last few lists that took a walk over all users.
struct UserListCache: Sendable {
    private static let limit = 8
    private var version = -1
    private var lists: [String: [Int]] = [:]

    /// The list kept under a key, or the one that `make` gives.
    mutating func list(_ key: String, version: Int, _ make: () -> [Int]) -> [Int] {
        if version != self.version || (lists[key] == nil && lists.count >= Self.limit) {
            lists = [:]
            self.version = version
        }
        if let list = lists[key] { return list }
        let list = make()
        lists[key] = list
        return list
    }
}
