public import Timekeeping

/// The directory through time: who somebody was when an activity happened, before it took effect.
public final class DirectoryTimeline: Sendable {
    private let constant: DirectoryIndex?
    let users: VersionedRecords<Int64, User>
    let groups: VersionedRecords<Int64, Group>
    let roles: VersionedRecords<Int64, Role>
    let apps: VersionedRecords<Int64, App>
    let privileges: VersionedRecords<String, Privilege>
    let devices: VersionedRecords<String, Device>
    let resolvers: [SuperUserResolver]
    let availability: AvailabilityHistory
    /// Since when somebody has each custom attribute that a resolver asks for.
    let attributesSince: [String: Moment]
    /// The roles that ever listed a user, by the user's id; empty when the users' own records say it.
    let rolesEverOf: [Int64: Set<Int64>]
    /// The factors a user ever had, by the user's id.
    let devicesEverOf: [Int64: Set<String>]

    /// A directory that is valid for all time, as one read from files is.
    public init(constant index: DirectoryIndex) {
        constant = index
        users = VersionedRecords()
        groups = VersionedRecords()
        roles = VersionedRecords()
        apps = VersionedRecords()
        privileges = VersionedRecords()
        devices = VersionedRecords()
        resolvers = []
        availability = AvailabilityHistory()
        attributesSince = [:]
        rolesEverOf = [:]
        devicesEverOf = [:]
    }

    /// The directory that versions tell.
    public init(_ versions: DirectoryVersions, superUsers: [SuperUserResolver] = SuperUserResolver.standard) {
        constant = nil
        resolvers = superUsers
        availability = versions.availability
        users = versions.users.inOrder
        groups = versions.groups.inOrder
        roles = versions.roles.inOrder
        apps = versions.apps.inOrder
        privileges = versions.privileges.inOrder
        devices = versions.devices.inOrder
        rolesEverOf = versions.rolesEverOfUsers
        devicesEverOf = versions.devicesEverOfUsers
        var since: [String: Moment] = [:]
        for case .customAttribute(let name, _) in superUsers {
            since[name] = users.firstStart { $0.customAttributes[name] != nil }
        }
        attributesSince = since
    }

    /// The same from a list of versions in any order.
    ///
    /// - Parameter availability: What each collection was, always; joins over others are unknown.
    public convenience init(
        versions: [EntityVersion], availability: [EntityKind: Availability],
        superUsers: [SuperUserResolver] = SuperUserResolver.standard
    ) {
        var all = DirectoryVersions()
        for version in versions { all.append(version) }
        all.availability = AvailabilityHistory(always: availability)
        self.init(all, superUsers: superUsers)
    }

    /// The directory as it stood just before `moment`.
    public func reading(at moment: Timestamp) -> any DirectoryReading {
        if let constant { return constant }
        return DirectoryMoment(timeline: self, moment: moment)
    }

    /// Who said who the super users are as of just before `moment`, as ``SuperUserCensus/summary`` has it; nil when
    /// nobody did.
    public func superUsersBy(at moment: Timestamp) -> String? {
        if let constant { return constant.superUsers?.summary }
        let applying = DirectoryMoment(timeline: self, moment: moment).applyingResolvers
        return applying.isEmpty ? nil : applying.map(\.summary).joined(separator: "; ")
    }

    /// A user as of just before `moment`, without joins.
    public func user(id: Int64, at moment: Timestamp) -> User? {
        if let constant { return constant.user(id: id) }
        return users.record(id, at: moment)
    }
}
