public import Timekeeping

/// The directory at one moment: every record of every collection, and how complete each collection is.
public struct DirectorySnapshot: Hashable, Sendable {
    /// The id of the sync generation, rising with time; 0 for a directory read from files.
    public var generation: Int64
    /// When the generation became current; for files the moment the caller names.
    public var observedAt: Timestamp
    public var users: [User]
    public var groups: [Group]
    public var roles: [Role]
    public var apps: [App]
    public var privileges: [Privilege]
    public var devices: [Device]
    public var credentials: [Credential]
    public var mappings: [Mapping]
    /// What each collection is; a kind without an entry is `Availability.notAvailable`.
    public var availability: [EntityKind: Availability]

    public init(generation: Int64 = 0, observedAt: Timestamp) {
        self.generation = generation
        self.observedAt = observedAt
        users = []
        groups = []
        roles = []
        apps = []
        privileges = []
        devices = []
        credentials = []
        mappings = []
        availability = [:]
    }

    /// What `kind`'s collection is.
    public func availability(of kind: EntityKind) -> Availability { availability[kind] ?? .notAvailable }

    /// Adds a record to its collection, without a look at what is there.
    public mutating func append(_ entity: Entity) {
        switch entity {
        case .user(let user): users.append(user)
        case .group(let group): groups.append(group)
        case .role(let role): roles.append(role)
        case .app(let app): apps.append(app)
        case .privilege(let privilege): privileges.append(privilege)
        case .device(let device): devices.append(device)
        case .credential(let credential): credentials.append(credential)
        case .mapping(let mapping): mappings.append(mapping)
        }
    }

    /// The records of one collection, in their stored order.
    public func entities(_ kind: EntityKind) -> [Entity] { (0..<count(of: kind)).map { entity(kind, at: $0) } }

    /// How many records a collection has.
    public func count(of kind: EntityKind) -> Int {
        switch kind {
        case .user: users.count
        case .group: groups.count
        case .role: roles.count
        case .app: apps.count
        case .privilege: privileges.count
        case .device: devices.count
        case .credential: credentials.count
        case .mapping: mappings.count
        }
    }

    /// The record at a place of a collection.
    public func entity(_ kind: EntityKind, at place: Int) -> Entity {
        switch kind {
        case .user: .user(users[place])
        case .group: .group(groups[place])
        case .role: .role(roles[place])
        case .app: .app(apps[place])
        case .privilege: .privilege(privileges[place])
        case .device: .device(devices[place])
        case .credential: .credential(credentials[place])
        case .mapping: .mapping(mappings[place])
        }
    }

    /// The id of the record at a place of a collection.
    public func id(of kind: EntityKind, at place: Int) -> String {
        kind == .user ? String(users[place].id) : entity(kind, at: place).id
    }
}
