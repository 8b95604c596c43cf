public import Timekeeping

/// Who holds a privilege, as the grants and revocations tell that were seen: what is left where nothing lists the
/// holders.
///
/// It reads what users are given (built-in privileges, types 72 and 73, and delegated ones, 2106 to 2109) and what
/// roles are given (2110 to 2113): of a role its members hold the privilege. Who was given the privilege before the
/// first of them is not in it, so it names no more than there are.
public struct PrivilegeLedger: Hashable, Sendable, Codable {
    /// A user or a role.
    enum Holder: Hashable, Sendable, Codable {
        case user(Int64)
        case role(Int64)
    }

    /// A holder and one privilege.
    struct Grant: Hashable, Sendable, Codable {
        let holder: Holder
        let privilege: String
    }

    /// A holder was given a privilege, or lost it.
    struct Change: Hashable, Sendable, Codable {
        let at: Timestamp
        let id: String
        let isGrant: Bool
    }

    /// Names and ids of privileges; any of them is it.
    public let names: [String]
    /// The first grant or revocation that was seen; nil when there was none.
    public private(set) var since: Timestamp?
    /// Grants and revocations that do not say of which privilege, and whose number no other one names.
    public private(set) var unnamed = 0
    /// By holder and privilege, in (time, id) order.
    private var changes: [Grant: [Change]] = [:]

    /// The kinds of activities that give a role a privilege, and those that take it.
    private static let roleGrants: Set<String> = [ActivityKind.forType(2110).kind, ActivityKind.forType(2111).kind]
    private static let roleRevocations: Set<String> = [
        ActivityKind.forType(2112).kind, ActivityKind.forType(2113).kind,
    ]

    /// The kinds of activities that it reads.
    public static let kinds: Set<String> = roleGrants.union(roleRevocations)
        .union(["privilege.granted", "privilege.revoked"])

    /// A ledger that nothing was written into.
    public init(names: [String]) { self.names = names }

    /// Reads grants and revocations in any order; other activities are passed over.
    ///
    /// The events API gives the privilege's number only, webhooks its name as well, so a number counts when it is
    /// among `names` itself or some record of it has a name that is.
    public init(names: [String], activities batches: [ActivityBatch]) {
        self.init(names: names)
        let rows = batches.flatMap { batch in (0..<batch.count).map { batch.activity(at: $0) } }
            .filter { Self.kinds.contains($0.kind) }
        var namesByID: [String: String] = [:]
        var idsByName: [String: String] = [:]
        for row in rows {
            guard let id = row.text(.privilegeID), let name = row.text(.privilegeName) else { continue }
            namesByID[id] = name
            idsByName[name] = id
        }
        for row in rows {
            guard let (holder, isGrant) = Self.step(row) else { continue }
            let id = row.text(.privilegeID)
            let name = row.text(.privilegeName) ?? id.flatMap { namesByID[$0] }
            guard [id, name].contains(where: { $0.map(names.contains) ?? false }) else {
                if name == nil { unnamed += 1 }
                continue
            }
            since = since.map { min($0, row.time) } ?? row.time
            // One privilege has one word here, whichever its records say.
            let grant = Grant(holder: holder, privilege: id ?? name.flatMap { idsByName[$0] ?? $0 } ?? "")
            changes[grant, default: []].append(Change(at: row.time, id: row.id, isGrant: isGrant))
        }
        for grant in changes.keys { changes[grant]?.sort { ($0.at, $0.id) < ($1.at, $1.id) } }
    }

    /// Who is given or loses something by an activity; nil when it does not say who.
    private static func step(_ row: Activity) -> (holder: Holder, isGrant: Bool)? {
        if roleGrants.contains(row.kind) || roleRevocations.contains(row.kind) {
            return row.integer(.roleID).map { (.role($0), roleGrants.contains(row.kind)) }
        }
        return row.integer(.userID).map { (.user($0), row.kind == "privilege.granted") }
    }

    /// Whether nothing was seen of the privilege, so that the ledger says nothing.
    public var isEmpty: Bool { changes.isEmpty }

    /// Whether a user holds it just before `moment`, as far as was seen; nil when it depends on roles that are not
    /// known.
    ///
    /// - Parameter roles: The ids of the roles that the user holds, asked only when some role has the privilege.
    public func holds(_ user: Int64, before moment: Timestamp, roles: () -> [Int64]?) -> Bool? {
        let holders = current(before: moment)
        if holders.contains(.user(user)) { return true }
        let given = holders.compactMap { if case .role(let id) = $0 { id } else { nil } }
        guard !given.isEmpty else { return false }
        return roles().map { !Set(given).isDisjoint(with: $0) }
    }

    /// Everybody who holds it just before `moment`, as far as was seen; nil when it depends on a role whose members
    /// are not known.
    ///
    /// - Parameter members: The users that hold a role; nil when they are not known.
    public func holders(before moment: Timestamp, members: (Int64) -> Set<Int64>?) -> Set<Int64>? {
        var users: Set<Int64> = []
        for holder in current(before: moment) {
            switch holder {
            case .user(let id): users.insert(id)
            case .role(let id):
                guard let held = members(id) else { return nil }
                users.formUnion(held)
            }
        }
        return users
    }

    /// Who has it directly just before `moment`.
    private func current(before moment: Timestamp) -> Set<Holder> {
        Set(changes.lazy.filter { $0.value.last { $0.at < moment }?.isGrant ?? false }.map(\.key.holder))
    }
}

extension Array where Element == SuperUserResolver {
    /// The same resolvers, with what the stored activities of a connection tell in every ledger.
    public func reading(_ facts: any FactStore, connection: String) async throws -> [SuperUserResolver] {
        var result: [SuperUserResolver] = []
        for resolver in self {
            guard case .ledger(let empty) = resolver else {
                result.append(resolver)
                continue
            }
            let changes = try await facts.privilegeChanges(connection: connection)
            result.append(.ledger(PrivilegeLedger(names: empty.names, activities: changes)))
        }
        return result
    }
}
