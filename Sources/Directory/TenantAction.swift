/// Something that can be changed about one user of a tenant.
public enum TenantAction: Hashable, Sendable, Codable {
    case activate
    case suspend
    case reactivate
    /// Minutes; 0: as long as the user's policy says.
    case lock(minutes: Int64)
    case unlock
    /// nil takes the user out of any group.
    case setGroup(Int64?)
    case addRole(Int64)
    case removeRole(Int64)
    /// The user must choose a new password at the next sign-in.
    case forcePasswordReset
    /// Ends the sessions with the tenant, not those with apps.
    case endSessions
    /// Takes a second factor away, by its id.
    case removeFactor(String)

    /// The names that settings and commands use.
    public static let words = [
        "activate", "suspend", "reactivate", "lock", "unlock", "set-group", "add-role", "remove-role",
        "force-password-reset", "end-sessions", "remove-factor",
    ]

    /// The action of a word, for those that need nothing but a user; nil for the others.
    public init?(word: String) {
        switch word {
        case "activate": self = .activate
        case "suspend": self = .suspend
        case "reactivate": self = .reactivate
        case "lock": self = .lock(minutes: 0)
        case "unlock": self = .unlock
        case "force-password-reset": self = .forcePasswordReset
        case "end-sessions": self = .endSessions
        default: return nil
        }
    }

    /// The name that settings and commands use.
    public var word: String {
        switch self {
        case .activate: "activate"
        case .suspend: "suspend"
        case .reactivate: "reactivate"
        case .lock: "lock"
        case .unlock: "unlock"
        case .setGroup: "set-group"
        case .addRole: "add-role"
        case .removeRole: "remove-role"
        case .forcePasswordReset: "force-password-reset"
        case .endSessions: "end-sessions"
        case .removeFactor: "remove-factor"
        }
    }

    /// The word with what it is done with: `add-role 7001`.
    public var summary: String {
        switch self {
        case .lock(let minutes): "lock for \(minutes)m"
        case .setGroup(let group): "set-group \(group.map(String.init) ?? "none")"
        case .addRole(let role), .removeRole(let role): "\(word) \(role)"
        case .removeFactor(let factor): "remove-factor \(factor)"
        default: word
        }
    }

    /// Whether the user is already as the action would make them; nil when no state shows it.
    public func holds(for subject: ActionSubject) -> Bool? {
        switch self {
        case .activate, .reactivate: subject.status == .active
        case .unlock: subject.status != .locked
        case .suspend: subject.status == .suspended
        case .lock: subject.status == .locked
        case .setGroup(let group): subject.groupID == group
        case .addRole(let role): subject.roleIDs.contains(role)
        case .removeRole(let role): !subject.roleIDs.contains(role)
        case .forcePasswordReset: subject.status == .awaitingPasswordReset
        case .endSessions: nil
        case .removeFactor(let factor): !subject.factorIDs.contains(factor)
        }
    }

    /// What gives back what was there before; nil when nothing can.
    public func inverse(from before: ActionSubject) -> TenantAction? {
        switch self {
        case .activate, .reactivate, .suspend, .forcePasswordReset, .lock, .unlock: before.status.action
        case .setGroup: .setGroup(before.groupID)
        case .addRole(let role): before.roleIDs.contains(role) ? nil : .removeRole(role)
        case .removeRole(let role): before.roleIDs.contains(role) ? .addRole(role) : nil
        case .endSessions, .removeFactor: nil
        }
    }

    /// Whether it takes something from the user, so that the last super user must not be the one.
    public var isWeakening: Bool {
        switch self {
        case .suspend, .lock, .removeRole, .removeFactor, .forcePasswordReset, .setGroup: true
        case .activate, .reactivate, .unlock, .addRole, .endSessions: false
        }
    }
}

extension UserStatus {
    /// What makes a user have this status; nil for those that no call gives.
    fileprivate var action: TenantAction? {
        switch self {
        case .active: .reactivate
        case .suspended: .suspend
        case .locked: .lock(minutes: 0)
        case .awaitingPasswordReset: .forcePasswordReset
        default: nil
        }
    }
}

/// A user as the source shows them now: what an action is decided by and undone to.
public struct ActionSubject: Hashable, Sendable, Codable {
    public var id: Int64
    public var username: String
    public var email: String?
    public var status: UserStatus
    public var groupID: Int64?
    public var roleIDs: [Int64]
    public var factorIDs: [String]

    public init(id: Int64, username: String, email: String? = nil, status: UserStatus = .active) {
        self.id = id
        self.username = username
        self.email = email
        self.status = status
        roleIDs = []
        factorIDs = []
    }
}
