import Testing
import Timekeeping

@testable import OneLoginSimulator

@Suite struct ActionTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let method: String
        let target: String
        var body = ""
        var status = 200
        /// The types of the events it raises, in order.
        let raises: [Int]
        /// What is true of the user's detail afterwards.
        var after: @Sendable (SimulatedUser, Tenant) -> Bool = { _, _ in true }
    }

    /// An ordinary, active user with a factor.
    static let user = 60
    static let path = "/api/2/users/\(Tenant.userID(user))"
    static let old = "/api/1/users/\(Tenant.userID(user))"

    static let rows = [
        Row(
            testDescription: "suspend", method: "PUT", target: path, body: #"{"status":2}"#, raises: [21, 551],
            after: { user, _ in user.status == 2 }),
        Row(
            testDescription: "move to a group", method: "PUT", target: path, body: #"{"group_id":4130}"#,
            raises: [14, 529], after: { user, _ in user.group == 3 }),
        Row(
            testDescription: "move to no group", method: "PUT", target: path, body: #"{"group_id":null}"#,
            raises: [14, 529], after: { user, _ in user.group == nil }),
        Row(
            testDescription: "an unknown group", method: "PUT", target: path, body: #"{"group_id":1}"#, status: 422,
            raises: []),
        Row(
            testDescription: "an unknown attribute", method: "PUT", target: path, body: #"{"nick":"x"}"#, status: 400,
            raises: []),
        Row(
            testDescription: "lock", method: "PUT", target: old + "/lock_user", body: #"{"locked_until":15}"#,
            raises: [531, 553],
            after: { user, tenant in user.status == 3 && user.lockedUntil == tenant.epoch + 900_000 }
        ),
        Row(
            testDescription: "lock for no number", method: "PUT", target: old + "/lock_user",
            body: #"{"locked_until":"soon"}"#, status: 400, raises: []),
        Row(testDescription: "end sessions", method: "PUT", target: old + "/logout", raises: [516, 550]),
        Row(
            testDescription: "add a role", method: "PUT", target: old + "/add_roles",
            body: #"{"role_id_array":[7058]}"#, raises: [513, 147],
            after: { user, tenant in tenant.isMember(user.index, of: 19) }),
        Row(
            testDescription: "add a role that is there", method: "PUT", target: old + "/add_roles",
            body: #"{"role_id_array":[7001]}"#, raises: []),
        Row(
            testDescription: "remove a role", method: "PUT", target: old + "/remove_roles",
            body: #"{"role_id_array":[7001]}"#, raises: [514, 148],
            after: { user, tenant in !tenant.isMember(user.index, of: 0) }),
        Row(
            testDescription: "remove a role as an object", method: "PUT", target: old + "/remove_roles",
            body: #"{"role_id_array":[{"role_id":7001}]}"#, raises: [514, 148],
            after: { user, tenant in !tenant.isMember(user.index, of: 0) }),
        Row(
            testDescription: "set a password", method: "PUT",
            target: "/api/1/users/set_password_clear_text/\(Tenant.userID(user))",
            body: #"{"password":"one-Two-3","password_confirmation":"one-Two-3"}"#, raises: [511, 211],
            after: { user, tenant in user.passwordChangedAt == tenant.epoch }),
        Row(
            testDescription: "a password that does not match", method: "PUT",
            target: "/api/1/users/set_password_clear_text/\(Tenant.userID(user))",
            body: #"{"password":"one-Two-3","password_confirmation":"other"}"#, status: 422, raises: [518]),
        Row(
            testDescription: "add a member", method: "POST", target: "/api/2/roles/7058/users",
            body: "[\(Tenant.userID(user))]", raises: [147],
            after: { user, tenant in tenant.isMember(user.index, of: 19) }),
        Row(
            testDescription: "add a member as text", method: "POST", target: "/api/2/roles/7058/users",
            body: "[\"\(Tenant.userID(user))\"]", raises: [147]),
        Row(
            testDescription: "remove a member", method: "DELETE", target: "/api/2/roles/7001/users",
            body: "[\(Tenant.userID(user))]", status: 204, raises: [148],
            after: { user, tenant in !tenant.isMember(user.index, of: 0) }),
        Row(
            testDescription: "members in an object", method: "DELETE", target: "/api/2/roles/7001/users",
            body: #"{"ids":[1]}"#, status: 400, raises: []),
        Row(
            testDescription: "remove a factor", method: "DELETE",
            target: "/api/2/mfa/users/\(Tenant.userID(user))/devices/\(Tenant.deviceID(user, 0))", status: 204,
            raises: [24], after: { user, tenant in !tenant.devices(of: user.index).contains { $0.place == 0 } }),
        Row(
            testDescription: "unlock one who is not locked", method: "POST", target: path + "/unlock", status: 400,
            raises: []),
    ]

    @Test(arguments: rows)
    func anActionChangesTheUserAndRaisesItsEvents(_ row: Row) throws {
        var desk = try Desk { $0.planted = [] }
        let before = desk.service.world.log.events.count
        let version = desk.service.tenant.user(Self.user).updatedAt
        let reply = desk.call(row.method, row.target, body: row.body)
        #expect(reply.status == row.status)
        #expect(desk.service.world.log.events.dropFirst(before).map { $0.type } == row.raises)
        let user = desk.service.tenant.user(Self.user)
        #expect(row.after(user, desk.service.tenant))
        if [513, 514, 511, 531, 14, 21].contains(row.raises.first) { #expect(user.updatedAt > version) }
    }

    @Test func lockedUsersAreUnlockedWithTheOddKey() throws {
        var desk = try Desk()
        _ = desk.call("PUT", Self.old + "/lock_user", body: #"{"locked_until":0}"#)
        let reply = desk.call("POST", Self.path + "/unlock")
        #expect(reply.text == #"{"messsage":"Success"}"#)
        #expect(desk.service.tenant.core(Self.user).status == 1)
        #expect(desk.service.world.log.events.suffix(2).map { $0.type } == [12, 554])
    }

    @Test func aDeletedUserIsGoneFromEveryList() throws {
        var desk = try Desk()
        #expect(desk.call("DELETE", Self.path).status == 204)
        #expect(desk.call("DELETE", Self.path).status == 404)
        #expect(desk.get(Self.path).status == 404)
        let all = desk.get("/api/2/users?limit=50&page=2")
        #expect(all.header("Total-Count") == "119")
        #expect(!all.rows.contains { $0["id"] as? Int == Tenant.userID(Self.user) })
        var seen: Set<Int> = []
        for page in 1...3 {
            seen.formUnion(desk.get("/api/2/users?limit=50&page=\(page)").rows.compactMap { $0["id"] as? Int })
        }
        #expect(seen.count == 119)
    }

    @Test func theCredentialDiesWithItsOwner() throws {
        var desk = try Desk()
        #expect(desk.call("DELETE", "/api/2/users/\(Tenant.userID(0))").status == 204)
        #expect(desk.get("/api/1/users").status == 500)
        #expect(desk.get("/api/2/users").status == 500)
    }
}
