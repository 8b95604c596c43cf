import Testing
import Timekeeping

@testable import OneLoginSimulator

@Suite struct AccessTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let target: String
        let allowed: Set<CredentialScope>
        var testDescription: String { target }
    }

    static let rows = [
        Row(target: "/api/1/users", allowed: [.readUsers, .manageUsers, .readAll, .manageAll]),
        Row(target: "/api/2/users", allowed: [.readUsers, .manageUsers, .readAll, .manageAll]),
        Row(target: "/api/2/roles", allowed: [.readUsers, .manageUsers, .readAll, .manageAll]),
        Row(target: "/api/1/groups", allowed: [.readUsers, .manageUsers, .readAll, .manageAll]),
        Row(target: "/api/1/events", allowed: [.readUsers, .manageUsers, .readAll, .manageAll]),
        Row(target: "/auth/rate_limit", allowed: [.readUsers, .manageUsers, .readAll, .manageAll]),
        Row(target: "/api/2/apps", allowed: [.readAll, .manageAll]),
        Row(target: "/api/2/mappings", allowed: [.readAll, .manageAll]),
        Row(target: "/api/1/privileges", allowed: [.manageAll]),
        Row(target: "/api/2/mfa/users/30000003/devices", allowed: [.manageAll]),
    ]

    @Test(arguments: rows, CredentialScope.allCases)
    func aCallAsksForItsScope(_ row: Row, _ scope: CredentialScope) throws {
        var desk = try Desk { $0.scope = scope }
        let reply = desk.get(row.target)
        if row.allowed.contains(scope) {
            #expect(reply.status == 200)
        } else {
            #expect(reply.status == 401)
            let isOld = row.target.hasPrefix("/api/1/users") || row.target.hasPrefix("/auth")
            if isOld { #expect(reply.text.contains("Insufficient Permission")) }
            if row.target.hasPrefix("/api/2") { #expect(reply.json["name"] as? String == "UnauthorizedError") }
        }
    }

    @Test func changesAskForMoreThanReading() throws {
        for (scope, statuses) in [
            (CredentialScope.readAll, [401, 401, 401]), (.manageUsers, [200, 401, 200]), (.manageAll, [200, 200, 200]),
            (.authenticationOnly, [401, 401, 200]),
        ] {
            var desk = try Desk { $0.scope = scope }
            let id = Tenant.userID(50)
            let update = desk.call("PUT", "/api/2/users/\(id)", body: #"{"title":"Lead"}"#).status
            let roles = desk.call("PUT", "/api/1/users/\(id)/add_roles", body: #"{"role_id_array":[7001]}"#).status
            let logout = desk.call("PUT", "/api/1/users/\(id)/logout").status
            #expect([update, roles, logout] == statuses, "\(scope)")
        }
    }

    @Test func aMissingTokenIs400InVersion1And401InVersion2() throws {
        var desk = try Desk()
        let first = desk.send("GET", "/api/1/users")
        #expect(first.status == 400 && first.text.contains("Authorization Information is incorrect"))
        #expect(desk.send("GET", "/api/2/users").status == 401)
    }

    @Test func theRateCountsVersion1Only() throws {
        var desk = try Desk { $0.rateLimit = 10 }
        _ = desk.get("/api/2/users?limit=1")
        for left in (0..<10).reversed() {
            let reply = desk.get("/api/1/groups")
            #expect(reply.header("X-RateLimit-Limit") == "10")
            #expect(reply.header("X-RateLimit-Remaining") == String(left))
        }
        desk.clock.advance(by: .seconds(600))
        let over = desk.get("/api/1/groups")
        #expect(over.status == 429)
        #expect(over.header("X-RateLimit-Reset") == "3000")
        #expect(over.header("Retry-After") == nil)
        #expect(desk.get("/api/2/users?limit=1").status == 200)
        let limit = desk.get("/auth/rate_limit").json["data"] as? [String: Int]
        #expect(limit == ["X-RateLimit-Limit": 10, "X-RateLimit-Remaining": 0, "X-RateLimit-Reset": 3000])
        desk.clock.advance(by: .seconds(3000))
        #expect(desk.get("/api/1/groups").status == 200)
    }

    @Test func theOldAnswerOverTheLimitIsABadRequest() throws {
        var desk = try Desk {
            $0.rateLimit = 1
            $0.rateLimitsAsBadRequest = true
        }
        #expect(desk.get("/api/1/groups").status == 200)
        let over = desk.get("/api/1/groups")
        #expect(over.status == 400 && over.text.contains("\"message\":\"rate_limit_exceeded\""))
    }

    @Test func superUsersAreTheHoldersOfTheWildcardPrivilege() throws {
        var desk = try Desk()
        let list = desk.get("/api/1/privileges")
        #expect(list.text.hasPrefix("["))
        let wild = try #require(
            list.rows.first { row in
                let statements = (row["privilege"] as? [String: Any])?["Statement"] as? [[String: Any]]
                return statements?.contains { $0["Action"] as? [String] == ["*"] && $0["Scope"] as? [String] == ["*"] }
                    == true
            })
        let id = try #require(wild["id"] as? String)
        let holders = desk.get("/api/1/privileges/\(id)/users").json
        #expect(holders["users"] as? [Int] == desk.service.tenant.superUsers.map { Tenant.userID($0) })
        #expect(holders["total"] as? Int == desk.service.tenant.superUsers.count)
        #expect(desk.get("/api/1/privileges/\(id)/roles").json["roles"] as? [Int] == [])
    }

    @Test func roleMembersAndUserRolesAgree() throws {
        var desk = try Desk()
        let tenant = desk.service.tenant
        for role in Names.roles.indices {
            var found: [Int] = []
            for page in 1...2 {
                found += desk.get("/api/2/roles/\(Tenant.roleID(role))/users?limit=100&page=\(page)").rows
                    .compactMap { $0["id"] as? Int }
            }
            let wanted = (0..<120).filter { tenant.roles(of: $0).contains(role) }.map { Tenant.userID($0) }
            #expect(found == wanted)
        }
        let row = try #require(desk.get("/api/2/roles").rows.first)
        #expect(Set(row.keys) == ["id", "name", "apps"])
        #expect(
            Set(desk.get("/api/2/roles?fields=users,admins").rows[0].keys) == ["id", "name", "apps", "users", "admins"])
        #expect(Set(desk.get("/api/2/roles/7001").json.keys) == ["id", "name"])
    }

    @Test func factorsInUseAreListedWithTextForIds() throws {
        var desk = try Desk { $0.users = 300 }
        var pendingOnes = 0
        for index in 0..<300 {
            let id = Tenant.userID(index)
            let first = desk.get("/api/1/users/\(id)/otp_devices").json["data"] as? [String: [[String: Any]]]
            let all = try #require(first?["otp_devices"])
            let used = all.filter { $0["active"] as? Bool == true }.compactMap { $0["id"] as? Int }
            pendingOnes += all.count - used.count
            let second = desk.get("/api/2/mfa/users/\(id)/devices").rows.compactMap { $0["device_id"] as? String }
            #expect(second == used.map { String($0) })
        }
        #expect(pendingOnes > 0)
    }
}
