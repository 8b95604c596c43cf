/// One snapshot with its joins, built once and then only read.
///
/// - Complexity: Building is linear in records and memberships; a join is a slice of a flat array.
public final class DirectoryIndex: DirectoryReading {
    /// What it was built from.
    public let snapshot: DirectorySnapshot
    private let userPlaces: PlaceIndex
    private let groupNames: [Int64: String]
    private let groupSizes: [Int64: Int64]
    /// Members by role id, as the users' own records say.
    private let roleSizes: [Int64: Int64]
    /// Whether every user says which roles it holds.
    private let usersListRoles: Bool
    private let rolePlaces: [Int64: Int32]
    private let appPlaces: [Int64: Int32]
    private let memberships: JoinTable
    /// Whether every role says who its members are.
    private let rolesListMembers: Bool
    private let deviceTable: JoinTable
    private let directPrivileges: [Int64: [Int32]]
    private let rolePrivileges: [Int64: [Int32]]
    private let census: CensusBox

    /// Who the super users are and which resolver said so; nil when none applies.
    public var superUsers: SuperUserCensus? { census.value }

    /// The index of a snapshot.
    ///
    /// - Parameter superUsers: The resolvers that may name super users; all that apply are joined.
    public init(_ snapshot: DirectorySnapshot, superUsers: [SuperUserResolver] = SuperUserResolver.standard) {
        self.snapshot = snapshot
        let userPlaces = PlaceIndex(snapshot.users.map(\.id))
        let rolePlaces = Self.places(snapshot.roles, \.id)
        self.userPlaces = userPlaces
        self.rolePlaces = rolePlaces
        groupNames = Dictionary(snapshot.groups.map { ($0.id, $0.name) }, uniquingKeysWith: { _, last in last })
        groupSizes = snapshot.users.reduce(into: [:]) { sizes, user in
            if let id = user.groupID { sizes[id, default: 0] += 1 }
        }
        roleSizes = snapshot.users.reduce(into: [:]) { sizes, user in
            for id in user.roleIDs ?? [] { sizes[id, default: 0] += 1 }
        }
        usersListRoles = snapshot.users.allSatisfy(\.saysRoles)
        appPlaces = Self.places(snapshot.apps, \.id)
        rolesListMembers = snapshot.roles.allSatisfy { $0.userIDs != nil }
        memberships = Self.memberships(snapshot, userPlaces, rolePlaces, usersListRoles: usersListRoles)
        let devices = snapshot.devices.enumerated().sorted { $0.element.id < $1.element.id }
        deviceTable = JoinTable(rowCount: snapshot.users.count) { add in
            for (place, device) in devices {
                if let user = userPlaces[device.userID] { add(user, Int32(place)) }
            }
        }
        var direct: [Int64: [Int32]] = [:]
        var throughRole: [Int64: [Int32]] = [:]
        for (place, privilege) in snapshot.privileges.enumerated() {
            for id in privilege.userIDs { direct[id, default: []].append(Int32(place)) }
            for id in privilege.roleIDs { throughRole[id, default: []].append(Int32(place)) }
        }
        directPrivileges = direct
        rolePrivileges = throughRole
        census = CensusBox()
        census.value = SuperUserCensus(of: self, resolvers: superUsers)
    }

    /// Whether a collection was read to its end.
    public func isKnown(_ kind: EntityKind) -> Bool { snapshot.availability(of: kind) == .complete }

    public func user(id: Int64) -> User? { userPlaces[id].map { snapshot.users[Int($0)] } }

    /// Where a user stands in the snapshot.
    public func place(ofUser id: Int64) -> Int? { userPlaces[id].map(Int.init) }

    public func groupName(id: Int64) -> String? { isKnown(.group) ? groupNames[id] : nil }

    /// How many users are in a group; nil when the users are not known.
    public func userCount(ofGroup id: Int64) -> Int64? { isKnown(.user) ? groupSizes[id] ?? 0 : nil }

    /// How many users hold a role: what the role lists, else what the users' records say; nil when neither is known.
    public func userCount(of role: Role) -> Int64? {
        if let members = role.userIDs { return Int64(members.count) }
        return isKnown(.user) && usersListRoles ? roleSizes[role.id] ?? 0 : nil
    }

    public func roles(of user: User) -> [Role]? {
        guard let place = userPlaces[user.id], isKnown(.role), let held = rolePlaces(ofUserAt: Int(place)) else {
            return nil
        }
        return held.map { snapshot.roles[Int($0)] }
    }

    public func apps(of user: User) -> [App]? {
        guard isKnown(.app), let roles = roles(of: user) else { return nil }
        var ids: Set<Int64> = []
        for role in roles {
            guard let given = role.appIDs else { return nil }
            ids.formUnion(given)
        }
        return ids.sorted().compactMap { appPlaces[$0].map { snapshot.apps[Int($0)] } }
    }

    public func privileges(of user: User) -> [Privilege]? {
        guard isKnown(.privilege) else { return nil }
        var places = Set(directPrivileges[user.id] ?? [])
        if !rolePrivileges.isEmpty {
            guard let roles = roles(of: user) else { return nil }
            for role in roles { places.formUnion(rolePrivileges[role.id] ?? []) }
        }
        return places.map { snapshot.privileges[Int($0)] }.sorted { $0.id < $1.id }
    }

    public func devices(of user: User) -> [Device]? {
        guard isKnown(.device), let place = userPlaces[user.id] else { return nil }
        return deviceTable[Int(place)].map { snapshot.devices[Int($0)] }
    }

    public func isSuperUser(_ user: User) -> Bool? { superUsers.map { $0.userIDs.contains(user.id) } }

    /// Where the roles of a user stand in the snapshot, by id; nil when nothing says which they are.
    func rolePlaces(ofUserAt place: Int) -> ArraySlice<Int32>? {
        guard snapshot.users[place].saysRoles || rolesListMembers else { return nil }
        return memberships[place]
    }

    private static func places<Record>(_ records: [Record], _ id: KeyPath<Record, Int64>) -> [Int64: Int32] {
        var places = [Int64: Int32](minimumCapacity: records.count)
        for place in records.indices { places[records[place][keyPath: id]] = Int32(place) }
        return places
    }

    /// What a user's record says of its roles counts; the roles' lists fill in for users that say nothing.
    private static func memberships(
        _ snapshot: DirectorySnapshot, _ users: PlaceIndex, _ roles: [Int64: Int32], usersListRoles: Bool
    ) -> JoinTable {
        let byID = snapshot.roles.indices.sorted { snapshot.roles[$0].id < snapshot.roles[$1].id }
        return JoinTable(rowCount: snapshot.users.count) { add in
            for (place, user) in snapshot.users.enumerated() {
                guard let ids = user.roleIDs else { continue }
                for id in ids.sorted() {
                    if let role = roles[id] { add(Int32(place), role) }
                }
            }
            if usersListRoles { return }
            for role in byID {
                for id in snapshot.roles[role].userIDs ?? [] {
                    guard let user = users[id], !snapshot.users[Int(user)].saysRoles else { continue }
                    add(user, Int32(role))
                }
            }
        }
    }
}

/// Holds what is computed from the finished index; written once, in its initialiser.
private final class CensusBox: @unchecked Sendable {
    // Unchecked: written before the index is handed out.
    var value: SuperUserCensus?
}
