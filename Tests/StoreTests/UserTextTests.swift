import Directory
import Foundation
import Testing
import Timekeeping

@testable import Store

/// Stored users are read without Foundation, and as Foundation reads them.
@Suite struct UserTextTests {
    static func full() throws -> User {
        var user = User(id: 31_003_005, username: "nora \"n\" berg", status: .locked, createdAt: Timestamp(seconds: 5))
        user.state = .rejected
        for path in [
            \User.email, \.firstName, \.lastName, \.department, \.title, \.company, \.phone, \.comment, \.externalID,
            \.samAccountName, \.userPrincipalName, \.distinguishedName,
        ] { user[keyPath: path] = "täxt/\\ \(path.hashValue & 7)\n" }
        for (number, path) in [
            \User.groupID, \.directoryID, \.trustedIdentityProviderID, \.managerUserID, \.invalidLoginAttempts,
        ].enumerated() { user[keyPath: path] = Int64(number) - 1 }
        let moment = try #require(Timestamp(rfc3339: "2026-02-01T07:12:09.412Z"))
        for path in [
            \User.updatedAt, \.activatedAt, \.lastLogin, \.invitationSentAt, \.passwordChangedAt, \.lockedUntil,
        ] { user[keyPath: path] = moment }
        user.roleIDs = [7001, -1]
        user.customAttributes = ["employee_id": "7", "": "ü"]
        return user
    }

    static func body(_ user: User) throws -> String { try BodyEncoder().text(of: user) }

    @Test func everyFieldComesBack() throws {
        let user = try Self.full()
        #expect(UserText.user(try Self.body(user)) == user)
        #expect(try BodyDecoder().value(User.self, from: Self.body(user), table: "", key: "") == user)
        let plain = User(id: 1)
        #expect(UserText.user(try Self.body(plain)) == plain)
        var empty = plain
        empty.roleIDs = []
        #expect(UserText.user(try Self.body(empty)) == empty)
    }

    @Test func everyKeyThatIsWrittenIsKnown() throws {
        let object = try JSONSerialization.jsonObject(with: Data(Self.body(try Self.full()).utf8)) as? [String: Any]
        #expect(object?.count == 30)
    }

    @Test(arguments: [
        ("a key of a later version", #","shoeSize":44}"#), ("a wrong kind", #","email":7}"#),
        ("a status of a later version", #","status":"asleep"}"#), ("no moment", #","lastLogin":"yesterday"}"#),
        ("something behind it", #"} {}"#), ("an end that is missing", ""),
    ])
    func whatIsNotAsThisVersionWritesItIsLeftToOthers(_ name: String, _ end: String) throws {
        let body = try Self.body(User(id: 1, username: "ann"))
        #expect(UserText.user(String(body.dropLast()) + end) == nil, "\(name)")
    }
}
