public import Timekeeping

/// A person's account in the tenant.
///
/// Fields follow the OneLogin user resource (reference: users v2 with the details of v1); nil means the wire had no
/// value. What is kept per user elsewhere (roles, devices, privileges) is joined by ``DirectoryIndex``.
///
/// A copy costs a pointer: large tenants are held by snapshots, timelines and caches at once, and a change makes a
/// record of its own. Those that are held for long are ``compacted()``.
public struct User: Sendable {
    private enum Record: Sendable {
        /// Fields one by one, quick to change.
        case open(UserRecord)
        /// All of them in few bytes, for records that are kept.
        case packed(PackedUser)
    }

    private var record: Record

    public init(
        id: Int64, username: String = "", status: UserStatus = .active, createdAt: Timestamp = .earliest
    ) {
        record = .open(UserRecord(UserFields(id: id, username: username, status: status, createdAt: createdAt)))
    }

    /// The same user in as few bytes as the fields need; reading a field costs a little more.
    public func compacted() -> User {
        guard case .open(let open) = record else { return self }
        var user = self
        user.record = .packed(open.fields.packed)
        return user
    }

    /// Bytes that the fields take when they are compacted, without what memory itself adds.
    public var byteCount: Int {
        switch record {
        case .open(let open): open.fields.packed.byteCount
        case .packed(let packed): packed.byteCount
        }
    }

    private mutating func edit(_ change: (inout UserFields) -> Void) {
        if case .open(var open) = record {
            record = .packed(PackedUser.nothing)
            if !isKnownUniquelyReferenced(&open) { open = UserRecord(open.fields) }
            change(&open.fields)
            record = .open(open)
        } else {
            let open = UserRecord(fields)
            change(&open.fields)
            record = .open(open)
        }
    }

    private var fields: UserFields {
        switch record {
        case .open(let open): open.fields
        case .packed(let packed): UserFields(packed)
        }
    }

    private func text(_ field: PackedUser.Field, _ own: (UserFields) -> String?) -> String? {
        switch record {
        case .open(let open): own(open.fields)
        case .packed(let packed): packed.text(field)
        }
    }

    private func number(_ field: PackedUser.Field, _ own: (UserFields) -> Int64?) -> Int64? {
        switch record {
        case .open(let open): own(open.fields)
        case .packed(let packed): packed.number(field)
        }
    }

    private func moment(_ field: PackedUser.Field, _ own: (UserFields) -> Timestamp?) -> Timestamp? {
        switch record {
        case .open(let open): own(open.fields)
        case .packed(let packed): packed.moment(field)
        }
    }

    public var id: Int64 {
        get {
            switch record {
            case .open(let open): open.fields.id
            case .packed(let packed): packed.id
            }
        }
        set { edit { $0.id = newValue } }
    }
    /// Empty when the wire had none.
    public var username: String {
        get { text(.username) { $0.username } ?? "" }
        set { edit { $0.username = newValue } }
    }
    public var status: UserStatus {
        get {
            switch record {
            case .open(let open): open.fields.status
            case .packed(let packed): packed.status
            }
        }
        set { edit { $0.status = newValue } }
    }
    /// Approval and licence, apart from `status`.
    public var state: UserState {
        get { number(.state) { $0.state.place }.flatMap(UserState.init(place:)) ?? .approved }
        set { edit { $0.state = newValue } }
    }
    public var createdAt: Timestamp {
        get { moment(.createdAt) { $0.createdAt } ?? .earliest }
        set { edit { $0.createdAt = newValue } }
    }
    public var email: String? {
        get { text(.email) { $0.email } }
        set { edit { $0.email = newValue } }
    }
    public var firstName: String? {
        get { text(.firstName) { $0.firstName } }
        set { edit { $0.firstName = newValue } }
    }
    public var lastName: String? {
        get { text(.lastName) { $0.lastName } }
        set { edit { $0.lastName = newValue } }
    }
    public var department: String? {
        get { text(.department) { $0.department } }
        set { edit { $0.department = newValue } }
    }
    public var title: String? {
        get { text(.title) { $0.title } }
        set { edit { $0.title = newValue } }
    }
    public var company: String? {
        get { text(.company) { $0.company } }
        set { edit { $0.company = newValue } }
    }
    public var phone: String? {
        get { text(.phone) { $0.phone } }
        set { edit { $0.phone = newValue } }
    }
    public var comment: String? {
        get { text(.comment) { $0.comment } }
        set { edit { $0.comment = newValue } }
    }
    public var externalID: String? {
        get { text(.externalID) { $0.externalID } }
        set { edit { $0.externalID = newValue } }
    }
    public var samAccountName: String? {
        get { text(.samAccountName) { $0.samAccountName } }
        set { edit { $0.samAccountName = newValue } }
    }
    public var userPrincipalName: String? {
        get { text(.userPrincipalName) { $0.userPrincipalName } }
        set { edit { $0.userPrincipalName = newValue } }
    }
    public var distinguishedName: String? {
        get { text(.distinguishedName) { $0.distinguishedName } }
        set { edit { $0.distinguishedName = newValue } }
    }
    /// The one group of the user.
    public var groupID: Int64? {
        get { number(.groupID) { $0.groupID } }
        set { edit { $0.groupID = newValue } }
    }
    /// Roles held; nil when this record's source does not say (the plain v2 list), never empty for "unknown".
    public var roleIDs: [Int64]? {
        get {
            switch record {
            case .open(let open): open.fields.roleIDs
            case .packed(let packed): packed.numbers(.roleIDs)
            }
        }
        set { edit { $0.roleIDs = newValue } }
    }
    /// Whether ``roleIDs`` is known, without making the list.
    public var saysRoles: Bool {
        switch record {
        case .open(let open): open.fields.roleIDs != nil
        case .packed(let packed): packed.has(.roleIDs)
        }
    }
    public var directoryID: Int64? {
        get { number(.directoryID) { $0.directoryID } }
        set { edit { $0.directoryID = newValue } }
    }
    public var trustedIdentityProviderID: Int64? {
        get { number(.trustedIdentityProviderID) { $0.trustedIdentityProviderID } }
        set { edit { $0.trustedIdentityProviderID = newValue } }
    }
    public var managerUserID: Int64? {
        get { number(.managerUserID) { $0.managerUserID } }
        set { edit { $0.managerUserID = newValue } }
    }
    public var updatedAt: Timestamp? {
        get { moment(.updatedAt) { $0.updatedAt } }
        set { edit { $0.updatedAt = newValue } }
    }
    public var activatedAt: Timestamp? {
        get { moment(.activatedAt) { $0.activatedAt } }
        set { edit { $0.activatedAt = newValue } }
    }
    /// nil: never signed in.
    public var lastLogin: Timestamp? {
        get { moment(.lastLogin) { $0.lastLogin } }
        set { edit { $0.lastLogin = newValue } }
    }
    public var invitationSentAt: Timestamp? {
        get { moment(.invitationSentAt) { $0.invitationSentAt } }
        set { edit { $0.invitationSentAt = newValue } }
    }
    public var passwordChangedAt: Timestamp? {
        get { moment(.passwordChangedAt) { $0.passwordChangedAt } }
        set { edit { $0.passwordChangedAt = newValue } }
    }
    public var lockedUntil: Timestamp? {
        get { moment(.lockedUntil) { $0.lockedUntil } }
        set { edit { $0.lockedUntil = newValue } }
    }
    public var invalidLoginAttempts: Int64? {
        get { number(.invalidLoginAttempts) { $0.invalidLoginAttempts } }
        set { edit { $0.invalidLoginAttempts = newValue } }
    }
    /// Every attribute defined in the tenant that has a value for this user.
    public var customAttributes: [String: String] {
        get {
            switch record {
            case .open(let open): open.fields.customAttributes.dictionary
            case .packed(let packed): AttributeList(words: packed.texts(.customAttributes)).dictionary
            }
        }
        set { edit { $0.customAttributes = AttributeList(newValue) } }
    }
}

extension User: Hashable {
    public static func == (left: User, right: User) -> Bool {
        switch (left.record, right.record) {
        case (.packed(let one), .packed(let two)): one.isSame(as: two) || one.hasSameBytes(as: two)
        case (.open(let one), .open(let two)): one === two || one.fields == two.fields
        default: left.fields == right.fields
        }
    }

    /// Whether both are one record in memory, so that nothing can differ.
    public func isSameRecord(as other: User) -> Bool {
        switch (record, other.record) {
        case (.packed(let one), .packed(let two)): one.isSame(as: two)
        case (.open(let one), .open(let two)): one === two
        default: false
        }
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(id) }
}

extension User: Codable {
    public init(from decoder: any Decoder) throws { record = .open(UserRecord(try UserFields(from: decoder))) }

    public func encode(to encoder: any Encoder) throws { try fields.encode(to: encoder) }
}
