public import Timekeeping

/// A group: it mainly carries the security policy of its users.
public struct Group: Hashable, Sendable, Codable {
    public var id: Int64
    public var name: String
    public var reference: String?

    public init(id: Int64, name: String, reference: String? = nil) {
        self.id = id
        self.name = name
        self.reference = reference
    }
}

/// A role: it gives its users apps, and its admins the right to manage its users.
public struct Role: Hashable, Sendable, Codable {
    public var id: Int64
    public var name: String
    /// Members in id order; nil when not known.
    public var userIDs: [Int64]?
    /// Role administrators in id order; nil when not known.
    public var adminIDs: [Int64]?
    /// Apps given by the role in id order; nil when not known.
    public var appIDs: [Int64]?

    public init(
        id: Int64, name: String, userIDs: [Int64]? = nil, adminIDs: [Int64]? = nil, appIDs: [Int64]? = nil
    ) {
        self.id = id
        self.name = name
        self.userIDs = userIDs
        self.adminIDs = adminIDs
        self.appIDs = appIDs
    }
}

/// An application that people reach through the tenant.
public struct App: Hashable, Sendable, Codable {
    public var id: Int64
    public var name: String
    public var connectorID: Int64?
    public var isVisible: Bool?
    /// The name of the sign-in method, such as `saml` or `password` (OneLogin `auth_method`).
    public var authMethod: String?
    public var policyID: Int64?
    public var allowsAssumedSignIn: Bool?
    public var createdAt: Timestamp?
    public var updatedAt: Timestamp?

    public init(id: Int64, name: String) {
        self.id = id
        self.name = name
    }
}

/// A right to administer, held by users directly or through roles.
public struct Privilege: Hashable, Sendable, Codable {
    public var id: String
    public var name: String
    /// A statement with action `*` on scope `*`: as strong as super user.
    public var isWildcard: Bool
    public var userIDs: [Int64]
    public var roleIDs: [Int64]

    public init(id: String, name: String, isWildcard: Bool = false, userIDs: [Int64] = [], roleIDs: [Int64] = []) {
        self.id = id
        self.name = name
        self.isWildcard = isWildcard
        self.userIDs = userIDs
        self.roleIDs = roleIDs
    }
}

/// An authentication factor that a user enrolled.
public struct Device: Hashable, Sendable, Codable {
    /// Text, since API v2 has text where v1 has a number.
    public var id: String
    public var userID: Int64
    /// The display name of its type, such as `OneLogin Protect`.
    public var type: String
    public var isActive: Bool
    public var isDefault: Bool
    public var lastUsedAt: Timestamp?

    public init(id: String, userID: Int64, type: String, isActive: Bool = true, isDefault: Bool = false) {
        self.id = id
        self.userID = userID
        self.type = type
        self.isActive = isActive
        self.isDefault = isDefault
    }
}

/// An API credential of the tenant, as the ledger of its activities shows it: no endpoint lists credentials.
public struct Credential: Hashable, Sendable, Codable {
    public var id: String
    public var name: String
    /// `authentication_only`, `read_users`, `manage_users`, `read_all`, `manage_all` or nil when not known.
    public var scope: String?
    public var isEnabled: Bool
    public var createdAt: Timestamp
    public var lastUsedAt: Timestamp?

    public init(id: String, name: String, isEnabled: Bool = true, createdAt: Timestamp = .earliest) {
        self.id = id
        self.name = name
        self.isEnabled = isEnabled
        self.createdAt = createdAt
    }
}

/// A user mapping: automatic assignment by conditions.
public struct Mapping: Hashable, Sendable, Codable {
    public var id: Int64
    public var name: String
    public var isEnabled: Bool
    public var position: Int64?

    public init(id: Int64, name: String, isEnabled: Bool, position: Int64? = nil) {
        self.id = id
        self.name = name
        self.isEnabled = isEnabled
        self.position = position
    }
}
