import Timekeeping

/// What users share until one of them is changed.
final class UserRecord: @unchecked Sendable {
    // Unchecked: written only through the one reference that is left.
    var fields: UserFields

    init(_ fields: UserFields) { self.fields = fields }
}

/// The fields of a user; their names are the keys of stored records.
struct UserFields: Hashable, Sendable, Codable {
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
struct AttributeList: Hashable, Sendable, Codable {
    let words: [String]

    init(_ dictionary: [String: String]) {
        words = dictionary.isEmpty ? [] : dictionary.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
    }

    /// Names and values in turn, as another list has them.
    init(words: [String]) { self.words = words }

    var dictionary: [String: String] {
        var result: [String: String] = [:]
        for place in stride(from: 0, to: words.count, by: 2) { result[words[place]] = words[place + 1] }
        return result
    }

    init(from decoder: any Decoder) throws { self.init(try [String: String](from: decoder)) }

    func encode(to encoder: any Encoder) throws { try dictionary.encode(to: encoder) }
}

extension UserFields {
    /// The same in few bytes; the order is that of ``PackedUser/Field``.
    var packed: PackedUser {
        var writer = PackedWriter(id: id, status: status)
        writer.add(.username, username.isEmpty ? nil : username)
        writer.add(.state, state == .approved ? nil : state.place)
        writer.add(.groupID, groupID)
        writer.add(.roleIDs, roleIDs)
        writer.add(.createdAt, createdAt == .earliest ? nil : createdAt)
        writer.add(.lastLogin, lastLogin)
        writer.add(.email, email)
        writer.add(.updatedAt, updatedAt)
        writer.add(.department, department)
        writer.add(.title, title)
        writer.add(.firstName, firstName)
        writer.add(.lastName, lastName)
        writer.add(.company, company)
        writer.add(.phone, phone)
        writer.add(.comment, comment)
        writer.add(.externalID, externalID)
        writer.add(.samAccountName, samAccountName)
        writer.add(.userPrincipalName, userPrincipalName)
        writer.add(.distinguishedName, distinguishedName)
        writer.add(.directoryID, directoryID)
        writer.add(.trustedIdentityProviderID, trustedIdentityProviderID)
        writer.add(.managerUserID, managerUserID)
        writer.add(.activatedAt, activatedAt)
        writer.add(.invitationSentAt, invitationSentAt)
        writer.add(.passwordChangedAt, passwordChangedAt)
        writer.add(.lockedUntil, lockedUntil)
        writer.add(.invalidLoginAttempts, invalidLoginAttempts)
        writer.add(.customAttributes, texts: customAttributes.words)
        return writer.user
    }

    init(_ packed: PackedUser) {
        self.init(
            id: packed.id, username: packed.text(.username) ?? "", status: packed.status,
            createdAt: packed.moment(.createdAt) ?? .earliest)
        state = packed.number(.state).flatMap(UserState.init(place:)) ?? .approved
        groupID = packed.number(.groupID)
        roleIDs = packed.numbers(.roleIDs)
        lastLogin = packed.moment(.lastLogin)
        email = packed.text(.email)
        updatedAt = packed.moment(.updatedAt)
        department = packed.text(.department)
        title = packed.text(.title)
        firstName = packed.text(.firstName)
        lastName = packed.text(.lastName)
        company = packed.text(.company)
        phone = packed.text(.phone)
        comment = packed.text(.comment)
        externalID = packed.text(.externalID)
        samAccountName = packed.text(.samAccountName)
        userPrincipalName = packed.text(.userPrincipalName)
        distinguishedName = packed.text(.distinguishedName)
        directoryID = packed.number(.directoryID)
        trustedIdentityProviderID = packed.number(.trustedIdentityProviderID)
        managerUserID = packed.number(.managerUserID)
        activatedAt = packed.moment(.activatedAt)
        invitationSentAt = packed.moment(.invitationSentAt)
        passwordChangedAt = packed.moment(.passwordChangedAt)
        lockedUntil = packed.moment(.lockedUntil)
        invalidLoginAttempts = packed.number(.invalidLoginAttempts)
        customAttributes = AttributeList(words: packed.texts(.customAttributes))
    }
}

extension UserState {
    /// Where it stands among all.
    var place: Int64 { Int64(Self.allCases.firstIndex(of: self) ?? 0) }

    init?(place: Int64) {
        guard Self.allCases.indices.contains(Int(place)) else { return nil }
        self = Self.allCases[Int(place)]
    }
}
