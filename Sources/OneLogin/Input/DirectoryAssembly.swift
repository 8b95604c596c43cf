import Directory
import JSONScanning
import Timekeeping

/// A snapshot while it is put together from the rows of files.
struct DirectoryAssembly {
    private var snapshot: DirectorySnapshot
    var report = InputReport()
    /// Collections that some file held, with or without rows.
    private var named: Set<EntityKind> = []
    private var damaged: Set<EntityKind> = []
    /// Grants of privileges by name: files list one row a holder.
    private var grants: [String: Privilege] = [:]

    init(observedAt moment: Timestamp) { snapshot = DirectorySnapshot(observedAt: moment) }

    /// Notes that a file holds a collection, even when it has no rows.
    mutating func begin(_ collection: RecordWalk.Collection?) {
        if let kind = collection?.entityKind { named.insert(kind) }
    }

    /// Takes one row; what kind it is of is said by its list, by the file's name or by its keys.
    mutating func take(_ finding: RecordWalk.Finding, path: String, fallback: RecordWalk.Collection?) {
        switch finding {
        case .unreadable(let reason, let text, let line):
            report.add(reason, text, path, line)
            if let kind = fallback?.entityKind { damaged.insert(kind) } else { damaged.formUnion(EntityKind.allCases) }
        case .record(let record):
            let members = JSONMembers(record.text)
            let own = record.collection?.entityKind == nil ? nil : record.collection
            let kind = own ?? fallback.flatMap { $0.entityKind == nil ? nil : $0 } ?? members.flatMap(Self.collection)
            do throws(UnreadableRecord) {
                guard let members, let kind else { throw UnreadableRecord(reason: "no record of a directory") }
                try add(members, kind)
            } catch {
                report.add(error.reason, record.text, path, record.line)
                if let kind = kind?.entityKind { damaged.insert(kind) }
            }
        }
    }

    private mutating func add(_ row: JSONMembers, _ collection: RecordWalk.Collection) throws(UnreadableRecord) {
        switch collection {
        case .users: note(.user(try WireEntities.user(row)))
        case .groups: note(.group(try WireEntities.group(row)))
        case .roles: note(.role(try WireEntities.role(row)))
        case .apps: note(.app(try WireEntities.app(row)))
        case .devices: note(.device(try WireEntities.device(row, userID: nil)))
        case .mappings: note(.mapping(try WireEntities.mapping(row)))
        case .privileges: try grant(row)
        case .data, .events: throw UnreadableRecord(reason: "no record of a directory")
        }
    }

    private mutating func note(_ entity: Entity) {
        snapshot.append(entity)
        named.insert(entity.kind)
        report.entities[entity.kind, default: 0] += 1
    }

    /// A delegated privilege, or one holder of a built-in one: then the rows of one name are one privilege.
    private mutating func grant(_ row: JSONMembers) throws(UnreadableRecord) {
        let found = try WireEntities.privilege(row)
        guard row.has("user_id") else {
            note(.privilege(found))
            return
        }
        named.insert(.privilege)
        var privilege = grants[found.name] ?? Privilege(id: found.name, name: found.name)
        privilege.isWildcard = privilege.isWildcard || found.isWildcard || found.name.lowercased() == "super user"
        privilege.userIDs += found.userIDs
        grants[found.name] = privilege
    }

    /// The snapshot in id order, with memberships told by either side filled in on the other.
    func finished() -> (snapshot: DirectorySnapshot, report: InputReport) {
        var (snapshot, report) = (snapshot, report)
        for var privilege in grants.values {
            privilege.userIDs = Array(Set(privilege.userIDs)).sorted()
            snapshot.privileges.append(privilege)
            report.entities[.privilege, default: 0] += 1
        }
        Self.join(&snapshot)
        snapshot.users.sort { $0.id < $1.id }
        snapshot.groups.sort { $0.id < $1.id }
        snapshot.roles.sort { $0.id < $1.id }
        snapshot.apps.sort { $0.id < $1.id }
        snapshot.privileges.sort { $0.id < $1.id }
        snapshot.devices.sort { ($0.userID, $0.id) < ($1.userID, $1.id) }
        snapshot.mappings.sort { $0.id < $1.id }
        for kind in named { snapshot.availability[kind] = damaged.contains(kind) ? .incomplete : .complete }
        return (snapshot, report)
    }

    /// Members of roles from the users' roles, and the other way round, where only one side was told.
    private static func join(_ snapshot: inout DirectorySnapshot) {
        if snapshot.roles.contains(where: { $0.userIDs == nil }), snapshot.users.allSatisfy({ $0.roleIDs != nil }),
            !snapshot.users.isEmpty
        {
            var members: [Int64: [Int64]] = [:]
            for user in snapshot.users { for role in user.roleIDs ?? [] { members[role, default: []].append(user.id) } }
            for index in snapshot.roles.indices where snapshot.roles[index].userIDs == nil {
                snapshot.roles[index].userIDs = (members[snapshot.roles[index].id] ?? []).sorted()
            }
        } else if snapshot.users.contains(where: { $0.roleIDs == nil }), !snapshot.roles.isEmpty,
            snapshot.roles.allSatisfy({ $0.userIDs != nil })
        {
            var held: [Int64: [Int64]] = [:]
            for role in snapshot.roles { for user in role.userIDs ?? [] { held[user, default: []].append(role.id) } }
            for index in snapshot.users.indices where snapshot.users[index].roleIDs == nil {
                snapshot.users[index].roleIDs = (held[snapshot.users[index].id] ?? []).sorted()
            }
        }
    }

    /// What a row is, by keys that only one collection has; nil when none shows.
    static func collection(of row: JSONMembers) -> RecordWalk.Collection? {
        guard row.has("id") || row.has("device_id") else { return nil }
        if row.has("username"), row.has("email") || row.has("status") { return .users }
        if row.has("type_display_name") || row.has("auth_factor_name") { return .devices }
        if row.has("connector_id") || row.has("auth_method") { return .apps }
        if row.has("privilege") || (row.has("user_id") && row.has("name")) { return .privileges }
        if row.has("conditions"), row.has("actions") { return .mappings }
        if row.has("admins") || row.has("users") || row.has("apps") { return .roles }
        if row.has("reference") { return .groups }
        return nil
    }
}

extension RecordWalk.Collection {
    /// The kind of its records; nil for lists whose name says nothing of a directory.
    var entityKind: EntityKind? {
        switch self {
        case .data, .events: nil
        case .users: .user
        case .groups: .group
        case .roles: .role
        case .apps: .app
        case .privileges: .privilege
        case .devices: .device
        case .mappings: .mapping
        }
    }
}
