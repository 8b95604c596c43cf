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
    let availability: [EntityKind: Availability]
    /// The roles that ever listed a user, by the user's id.
    let rolesEverOf: [Int64: Set<Int64>]
    /// The factors a user ever had, by the user's id.
    let devicesEverOf: [Int64: Set<String>]

    /// A directory that is valid for all time, as one read from files is.
    public init(constant index: DirectoryIndex) {
        constant = index
        users = VersionedRecords([])
        groups = VersionedRecords([])
        roles = VersionedRecords([])
        apps = VersionedRecords([])
        privileges = VersionedRecords([])
        devices = VersionedRecords([])
        resolvers = []
        availability = [:]
        rolesEverOf = [:]
        devicesEverOf = [:]
    }

    /// The directory that versions tell.
    ///
    /// - Parameters:
    ///   - versions: In any order.
    ///   - availability: What each collection is now; joins over others are unknown.
    public init(
        versions: [EntityVersion], availability: [EntityKind: Availability],
        superUsers: [SuperUserResolver] = SuperUserResolver.standard
    ) {
        constant = nil
        resolvers = superUsers
        self.availability = availability
        var parts = VersionParts()
        for version in versions { parts.add(version) }
        users = VersionedRecords(parts.users)
        groups = VersionedRecords(parts.groups)
        roles = VersionedRecords(parts.roles)
        apps = VersionedRecords(parts.apps)
        privileges = VersionedRecords(parts.privileges)
        devices = VersionedRecords(parts.devices)
        rolesEverOf = parts.rolesEverOf
        devicesEverOf = parts.devicesEverOf
    }

    /// The directory as it stood just before `moment`.
    public func reading(at moment: Timestamp) -> any DirectoryReading {
        if let constant { return constant }
        return DirectoryMoment(timeline: self, moment: moment)
    }

    /// A user as of just before `moment`, without joins.
    public func user(id: Int64, at moment: Timestamp) -> User? {
        if let constant { return constant.user(id: id) }
        return users.record(id, at: moment)
    }
}

/// Records of one kind with the time for which each was so.
struct VersionedRecords<ID: Hashable & Comparable & Sendable, Record: Sendable>: Sendable {
    /// One record from `from`, exclusive, until `until`, inclusive: an activity at `from` still sees the one before.
    struct Version: Sendable {
        let id: ID
        let record: Record
        let from: Timestamp
        let until: Timestamp
    }

    /// By id, then start.
    private let versions: [Version]
    /// Where those of a record are.
    private let places: [ID: Range<Int32>]

    init(_ all: [Version]) {
        versions = all.sorted { ($0.id, $0.from) < ($1.id, $1.from) }
        var places = [ID: Range<Int32>](minimumCapacity: versions.count)
        var start = 0
        for place in versions.indices {
            guard place + 1 == versions.count || versions[place + 1].id != versions[place].id else { continue }
            places[versions[place].id] = Int32(start)..<Int32(place + 1)
            start = place + 1
        }
        self.places = places
    }

    /// The record as it stood just before `moment`; `.earliest` as a start means that it always was so.
    func record(_ id: ID, at moment: Timestamp) -> Record? {
        guard let place = places[id] else { return nil }
        var low = Int(place.lowerBound)
        var high = Int(place.upperBound)
        while low < high {
            let middle = (low + high) / 2
            let from = versions[middle].from
            if from < moment || from == .earliest { low = middle + 1 } else { high = middle }
        }
        guard low > Int(place.lowerBound), moment <= versions[low - 1].until else { return nil }
        return versions[low - 1].record
    }

    /// Every record that stood just before `moment`, in no order.
    func records(at moment: Timestamp) -> [Record] { places.keys.compactMap { record($0, at: moment) } }
}

/// Versions sorted out by kind.
private struct VersionParts {
    var users: [VersionedRecords<Int64, User>.Version] = []
    var groups: [VersionedRecords<Int64, Group>.Version] = []
    var roles: [VersionedRecords<Int64, Role>.Version] = []
    var apps: [VersionedRecords<Int64, App>.Version] = []
    var privileges: [VersionedRecords<String, Privilege>.Version] = []
    var devices: [VersionedRecords<String, Device>.Version] = []
    var rolesEverOf: [Int64: Set<Int64>] = [:]
    var devicesEverOf: [Int64: Set<String>] = [:]

    mutating func add(_ version: EntityVersion) {
        let until = version.seenUntil ?? .latest
        func from(_ created: Timestamp?) -> Timestamp {
            version.isFirst ? min(created ?? .earliest, version.seenFrom) : version.seenFrom
        }
        switch version.entity {
        case .user(let user):
            users.append(.init(id: user.id, record: user, from: from(user.createdAt), until: until))
        case .group(let group):
            groups.append(.init(id: group.id, record: group, from: from(nil), until: until))
        case .role(let role):
            for id in role.userIDs ?? [] { rolesEverOf[id, default: []].insert(role.id) }
            roles.append(.init(id: role.id, record: role, from: from(nil), until: until))
        case .app(let app):
            apps.append(.init(id: app.id, record: app, from: from(app.createdAt), until: until))
        case .privilege(let privilege):
            privileges.append(.init(id: privilege.id, record: privilege, from: from(nil), until: until))
        case .device(let device):
            devicesEverOf[device.userID, default: []].insert(device.id)
            devices.append(.init(id: device.id, record: device, from: from(nil), until: until))
        case .credential, .mapping:
            break
        }
    }
}
