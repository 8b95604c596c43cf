/// One account of the simulated tenant, as it is at this moment.
///
/// Times are milliseconds since 1970. Groups, roles, apps and users are numbered by their place in the tenant;
/// ``Tenant`` knows the ids that go over the wire.
struct SimulatedUser: Sendable {
    let index: Int
    var firstName: String?
    var lastName: String?
    var username: String?
    var email: String?
    var status: Int
    var state: Int
    var group: Int?
    var department: String?
    var title: String?
    var company: String?
    var comment: String?
    var phone: String?
    var directoryID: Int?
    var externalID: String?
    var managerIndex: Int?
    var locale: String?
    var createdAt: Int64
    var activatedAt: Int64?
    var updatedAt: Int64
    var lastLogin: Int64?
    var invitationSentAt: Int64?
    var passwordChangedAt: Int64?
    var lockedUntil: Int64?
    var invalidLoginAttempts: Int
    var customAttributes: [String: String]

    /// First and last name, else the e-mail address: what events call a user.
    var displayName: String {
        let name = [firstName, lastName].compactMap { $0 }.joined(separator: " ")
        return name.isEmpty ? email ?? "" : name
    }
}

/// What a filter over all users reads: the fields that cost no string.
struct UserCore: Sendable {
    var status: Int
    var state: Int
    var group: Int?
    var createdAt: Int64
    var updatedAt: Int64
    var lastLogin: Int64?
}

/// What has happened to a user since the tenant was made.
struct UserChange: Sendable {
    var status: Int?
    var state: Int?
    /// The outer optional is "changed", the inner one "no group".
    var group: Int??
    var createdAt: Int64?
    var updatedAt: Int64?
    /// The outer optional is "changed", the inner one "never".
    var lastLogin: Int64??
    var passwordChangedAt: Int64?
    var lockedUntil: Int64??
    var invalidLoginAttempts: Int?
    /// By wire name of the field; a null value was set to null.
    var texts: [String: String?] = [:]
    var customAttributes: [String: String] = [:]
    /// By place of the role: whether the user has it now.
    var roles: [Int: Bool] = [:]
    /// Places of devices that are gone; `.max` stands for all of them.
    var removedDevices: Set<Int> = []
}
