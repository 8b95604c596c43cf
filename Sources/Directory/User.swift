public import Timekeeping

/// A person's account in the tenant.
///
/// Fields follow the OneLogin user resource (reference: users v2 with the details of v1); nil means the wire had no
/// value. What is kept per user elsewhere (roles, devices, privileges) is joined by ``DirectoryIndex``.
///
/// A copy costs a pointer: large tenants are held by snapshots, timelines and caches at once, and a change makes a
/// record of its own.
public struct User: Sendable {
    private var record: UserRecord

    public init(
        id: Int64, username: String = "", status: UserStatus = .active, createdAt: Timestamp = .earliest
    ) {
        record = UserRecord(UserFields(id: id, username: username, status: status, createdAt: createdAt))
    }

    private mutating func edit(_ change: (inout UserFields) -> Void) {
        if !isKnownUniquelyReferenced(&record) { record = UserRecord(record.fields) }
        change(&record.fields)
    }

    public var id: Int64 {
        get { record.fields.id }
        set { edit { $0.id = newValue } }
    }
    /// Empty when the wire had none.
    public var username: String {
        get { record.fields.username }
        set { edit { $0.username = newValue } }
    }
    public var status: UserStatus {
        get { record.fields.status }
        set { edit { $0.status = newValue } }
    }
    /// Approval and licence, apart from `status`.
    public var state: UserState {
        get { record.fields.state }
        set { edit { $0.state = newValue } }
    }
    public var createdAt: Timestamp {
        get { record.fields.createdAt }
        set { edit { $0.createdAt = newValue } }
    }
    public var email: String? {
        get { record.fields.email }
        set { edit { $0.email = newValue } }
    }
    public var firstName: String? {
        get { record.fields.firstName }
        set { edit { $0.firstName = newValue } }
    }
    public var lastName: String? {
        get { record.fields.lastName }
        set { edit { $0.lastName = newValue } }
    }
    public var department: String? {
        get { record.fields.department }
        set { edit { $0.department = newValue } }
    }
    public var title: String? {
        get { record.fields.title }
        set { edit { $0.title = newValue } }
    }
    public var company: String? {
        get { record.fields.company }
        set { edit { $0.company = newValue } }
    }
    public var phone: String? {
        get { record.fields.phone }
        set { edit { $0.phone = newValue } }
    }
    public var comment: String? {
        get { record.fields.comment }
        set { edit { $0.comment = newValue } }
    }
    public var externalID: String? {
        get { record.fields.externalID }
        set { edit { $0.externalID = newValue } }
    }
    public var samAccountName: String? {
        get { record.fields.samAccountName }
        set { edit { $0.samAccountName = newValue } }
    }
    public var userPrincipalName: String? {
        get { record.fields.userPrincipalName }
        set { edit { $0.userPrincipalName = newValue } }
    }
    public var distinguishedName: String? {
        get { record.fields.distinguishedName }
        set { edit { $0.distinguishedName = newValue } }
    }
    /// The one group of the user.
    public var groupID: Int64? {
        get { record.fields.groupID }
        set { edit { $0.groupID = newValue } }
    }
    /// Roles held; nil when this record's source does not say (the plain v2 list), never empty for "unknown".
    public var roleIDs: [Int64]? {
        get { record.fields.roleIDs }
        set { edit { $0.roleIDs = newValue } }
    }
    public var directoryID: Int64? {
        get { record.fields.directoryID }
        set { edit { $0.directoryID = newValue } }
    }
    public var trustedIdentityProviderID: Int64? {
        get { record.fields.trustedIdentityProviderID }
        set { edit { $0.trustedIdentityProviderID = newValue } }
    }
    public var managerUserID: Int64? {
        get { record.fields.managerUserID }
        set { edit { $0.managerUserID = newValue } }
    }
    public var updatedAt: Timestamp? {
        get { record.fields.updatedAt }
        set { edit { $0.updatedAt = newValue } }
    }
    public var activatedAt: Timestamp? {
        get { record.fields.activatedAt }
        set { edit { $0.activatedAt = newValue } }
    }
    /// nil: never signed in.
    public var lastLogin: Timestamp? {
        get { record.fields.lastLogin }
        set { edit { $0.lastLogin = newValue } }
    }
    public var invitationSentAt: Timestamp? {
        get { record.fields.invitationSentAt }
        set { edit { $0.invitationSentAt = newValue } }
    }
    public var passwordChangedAt: Timestamp? {
        get { record.fields.passwordChangedAt }
        set { edit { $0.passwordChangedAt = newValue } }
    }
    public var lockedUntil: Timestamp? {
        get { record.fields.lockedUntil }
        set { edit { $0.lockedUntil = newValue } }
    }
    public var invalidLoginAttempts: Int64? {
        get { record.fields.invalidLoginAttempts }
        set { edit { $0.invalidLoginAttempts = newValue } }
    }
    /// Every attribute defined in the tenant that has a value for this user.
    public var customAttributes: [String: String] {
        get { record.fields.customAttributes.dictionary }
        set { edit { $0.customAttributes = AttributeList(newValue) } }
    }
}

extension User: Hashable {
    public static func == (left: User, right: User) -> Bool {
        left.record === right.record || left.record.fields == right.record.fields
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(record.fields) }
}

extension User: Codable {
    public init(from decoder: any Decoder) throws { record = UserRecord(try UserFields(from: decoder)) }

    public func encode(to encoder: any Encoder) throws { try record.fields.encode(to: encoder) }
}

/// What users share until one of them is changed.
private final class UserRecord: @unchecked Sendable {
    // Unchecked: written only through the one reference that is left.
    var fields: UserFields

    init(_ fields: UserFields) { self.fields = fields }
}

/// The fields of a user; their names are the keys of stored records.
private struct UserFields: Hashable, Sendable, Codable {
    var id: Int64
    var username: String
    var status: UserStatus
    var state = UserState.approved
    var createdAt: Timestamp
    var email: String?
    var firstName: String?
    var lastName: String?
    var department: String?
    var title: String?
    var company: String?
    var phone: String?
    var comment: String?
    var externalID: String?
    var samAccountName: String?
    var userPrincipalName: String?
    var distinguishedName: String?
    var groupID: Int64?
    var roleIDs: [Int64]?
    var directoryID: Int64?
    var trustedIdentityProviderID: Int64?
    var managerUserID: Int64?
    var updatedAt: Timestamp?
    var activatedAt: Timestamp?
    var lastLogin: Timestamp?
    var invitationSentAt: Timestamp?
    var passwordChangedAt: Timestamp?
    var lockedUntil: Timestamp?
    var invalidLoginAttempts: Int64?
    var customAttributes = AttributeList([:])

    init(id: Int64, username: String, status: UserStatus, createdAt: Timestamp) {
        self.id = id
        self.username = username
        self.status = status
        self.createdAt = createdAt
    }
}

/// Names and values in turn, by name: a dictionary of two entries takes twice the memory.
private struct AttributeList: Hashable, Sendable, Codable {
    private let words: [String]

    init(_ dictionary: [String: String]) {
        words = dictionary.isEmpty ? [] : dictionary.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
    }

    var dictionary: [String: String] {
        var result: [String: String] = [:]
        for place in stride(from: 0, to: words.count, by: 2) { result[words[place]] = words[place + 1] }
        return result
    }

    init(from decoder: any Decoder) throws { self.init(try [String: String](from: decoder)) }

    func encode(to encoder: any Encoder) throws { try dictionary.encode(to: encoder) }
}
