internal import Directory
internal import JSONScanning
internal import Timekeeping

/// Reads stored users without Foundation: of all records, these are the ones of which there are very many.
enum UserText {
    /// The user of a stored body; nil when anything in it is not as this version writes it, so that somebody else may
    /// try.
    static func user(_ body: String) -> User? {
        var body = body
        return body.withUTF8 { bytes in
            do throws(JSONFault) {
                return try read(UnsafeRawBufferPointer(bytes))
            } catch {
                return nil
            }
        }
    }

    private static func read(_ bytes: UnsafeRawBufferPointer) throws(JSONFault) -> User? {
        var cursor = JSONCursor(bytes)
        var user = User(id: 0)
        var required = 0
        try cursor.enterObject()
        while let key = try cursor.nextKey() {
            let name = String(decoding: key.text, as: UTF8.self)
            if name == "customAttributes" {
                guard try readAttributes(&cursor, &user) else { return nil }
            } else {
                let value = try cursor.value()
                guard try set(name, value, &user) else { return nil }
            }
            if requiredNames.contains(name) { required += 1 }
        }
        try cursor.finish()
        return required == requiredNames.count ? user : nil
    }

    private static let requiredNames: Set<String> = [
        "id", "username", "status", "state", "createdAt", "customAttributes",
    ]

    private static func readAttributes(_ cursor: inout JSONCursor, _ user: inout User) throws(JSONFault) -> Bool {
        var attributes: [String: String] = [:]
        guard try cursor.peekKind() == .object else { return false }
        try cursor.enterObject()
        while let key = try cursor.nextKey() {
            let value = try cursor.value()
            guard value.kind == .string, let name = key.string, let text = value.string else { return false }
            attributes[name] = text
        }
        user.customAttributes = attributes
        return true
    }

    /// Sets one field.
    ///
    /// - Returns: False for a field or a value that is not known.
    private static func set(_ name: String, _ value: JSONValue, _ user: inout User) throws(JSONFault) -> Bool {
        if value.kind == .number, let path = integers[name] {
            user[keyPath: path] = JSONValue.integer(value.text)
            return user[keyPath: path] != nil
        }
        if value.kind == .array, name == "roleIDs" {
            user.roleIDs = try ids(value)
            return user.roleIDs != nil
        }
        if value.kind == .number, name == "id", let id = JSONValue.integer(value.text) {
            user.id = id
            return true
        }
        guard value.kind == .string, let text = value.string else { return false }
        if let path = texts[name] {
            user[keyPath: path] = text
            return true
        }
        if let path = moments[name] {
            user[keyPath: path] = Timestamp(rfc3339: text)
            return user[keyPath: path] != nil
        }
        switch name {
        case "username": user.username = text
        case "status":
            guard let status = UserStatus(rawValue: text) else { return false }
            user.status = status
        case "state":
            guard let state = UserState(rawValue: text) else { return false }
            user.state = state
        case "createdAt":
            guard let moment = Timestamp(rfc3339: text) else { return false }
            user.createdAt = moment
        default: return false
        }
        return true
    }

    private static func ids(_ list: JSONValue) throws(JSONFault) -> [Int64]? {
        var cursor = JSONCursor(list.text)
        var ids: [Int64] = []
        try cursor.enterArray()
        while try cursor.nextElement() {
            let value = try cursor.value()
            guard value.kind == .number, let id = JSONValue.integer(value.text) else { return nil }
            ids.append(id)
        }
        return ids
    }

    private static let texts: [String: any WritableKeyPath<User, String?> & Sendable] = [
        "email": \.email, "firstName": \.firstName, "lastName": \.lastName, "department": \.department,
        "title": \.title, "company": \.company, "phone": \.phone, "comment": \.comment, "externalID": \.externalID,
        "samAccountName": \.samAccountName, "userPrincipalName": \.userPrincipalName,
        "distinguishedName": \.distinguishedName,
    ]

    private static let integers: [String: any WritableKeyPath<User, Int64?> & Sendable] = [
        "groupID": \.groupID, "directoryID": \.directoryID,
        "trustedIdentityProviderID": \.trustedIdentityProviderID, "managerUserID": \.managerUserID,
        "invalidLoginAttempts": \.invalidLoginAttempts,
    ]

    private static let moments: [String: any WritableKeyPath<User, Timestamp?> & Sendable] = [
        "updatedAt": \.updatedAt, "activatedAt": \.activatedAt, "lastLogin": \.lastLogin,
        "invitationSentAt": \.invitationSentAt, "passwordChangedAt": \.passwordChangedAt,
        "lockedUntil": \.lockedUntil,
    ]
}
