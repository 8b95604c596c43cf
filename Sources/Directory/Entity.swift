/// The kinds of thing a directory holds, one collection each.
public enum EntityKind: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
    case user, group, role, app, privilege, device, credential, mapping

    public static func < (left: EntityKind, right: EntityKind) -> Bool { left.rawValue < right.rawValue }
}

/// One record of a directory, whatever its kind.
public enum Entity: Hashable, Sendable {
    case user(User)
    case group(Group)
    case role(Role)
    case app(App)
    case privilege(Privilege)
    case device(Device)
    case credential(Credential)
    case mapping(Mapping)

    public var kind: EntityKind {
        switch self {
        case .user: .user
        case .group: .group
        case .role: .role
        case .app: .app
        case .privilege: .privilege
        case .device: .device
        case .credential: .credential
        case .mapping: .mapping
        }
    }

    /// The id as text, unique within its kind.
    public var id: String {
        switch self {
        case .user(let user): String(user.id)
        case .group(let group): String(group.id)
        case .role(let role): String(role.id)
        case .app(let app): String(app.id)
        case .privilege(let privilege): privilege.id
        case .device(let device): device.id
        case .credential(let credential): credential.id
        case .mapping(let mapping): String(mapping.id)
        }
    }
}

/// How much of a collection one sync could see.
public enum Availability: String, Hashable, Sendable, Codable {
    /// Every row was read.
    case complete
    /// Something failed on the way: what is missing may still exist.
    case incomplete
    /// The credential's scope or the tenant's subscription has no access: its fields are unknown, nothing else waits.
    case notAvailable = "not_available"
}
