/// What an API credential may do; chosen in the portal when it is made.
public enum CredentialScope: String, CaseIterable, Sendable {
    case authenticationOnly = "Authentication Only"
    case readUsers = "Read Users"
    case manageUsers = "Manage Users"
    case readAll = "Read All"
    case manageAll = "Manage All"

    /// What a call needs.
    enum Need: Sendable {
        /// Users, roles, groups, events and the rate limit.
        case readDirectory
        /// Apps, mappings and the rest.
        case readEverything
        /// Changes of users, roles and groups.
        case changeUsers
        /// Ending sessions.
        case endSessions
        /// Passwords, role assignment, locks, privileges and factors.
        case everything
    }

    func allows(_ need: Need) -> Bool {
        switch need {
        case .readDirectory: self != .authenticationOnly
        case .readEverything: self == .readAll || self == .manageAll
        case .changeUsers: self == .manageUsers || self == .manageAll
        case .endSessions: self != .readUsers && self != .readAll
        case .everything: self == .manageAll
        }
    }
}
