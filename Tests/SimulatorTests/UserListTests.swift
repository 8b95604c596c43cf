import Testing
import Timekeeping

@testable import OneLoginSimulator

@Suite struct UserListTests {
    /// The fields reference section 7 lists for a row, and no others.
    static let rowFields: Set<String> = [
        "id", "email", "username", "firstname", "lastname", "phone", "status", "state", "group_id", "directory_id",
        "external_id", "distinguished_name", "member_of", "samaccountname", "activated_at", "created_at",
        "updated_at", "last_login", "invitation_sent_at", "password_changed_at", "locked_until",
        "invalid_login_attempts",
    ]

    @Test func aRowOfVersion2HasExactlyThe22Fields() throws {
        var desk = try Desk()
        let row = try #require(desk.get("/api/2/users?limit=1").rows.first)
        #expect(Set(row.keys) == Self.rowFields)
        let id = try #require(row["id"] as? Int)
        let detail = desk.get("/api/2/users/\(id)").json
        #expect(Self.rowFields.isSubset(of: detail.keys))
        #expect((detail["role_ids"] as? [Int])?.isEmpty == false)
        let attributes = try #require(detail["custom_attributes"] as? [String: Any])
        #expect(Set(attributes.keys) == ["employee_id", "cost_center", "terminated_on"])
    }

    @Test func fieldsNamesMore() throws {
        var desk = try Desk()
        let row = try #require(desk.get("/api/2/users?limit=1&fields=email,department,role_ids").rows.first)
        #expect(Set(row.keys) == ["id", "email", "department", "role_ids"])
    }

    @Test func cursorsOfVersion2LeadToEveryUserOnce() throws {
        var desk = try Desk { $0.users = 130 }
        var seen: [Int] = []
        var target = "/api/2/users"
        var pages = 0
        while true {
            let reply = desk.get(target)
            pages += 1
            #expect(reply.header("Total-Count") == "130")
            #expect(reply.header("Total-Pages") == "3")
            #expect(reply.header("Current-Page") == String(pages))
            #expect(reply.header("Page-Items") == String(reply.rows.count))
            seen += reply.rows.compactMap { $0["id"] as? Int }
            guard let cursor = reply.header("After-Cursor") else { break }
            target = "/api/2/users?cursor=\(Call.encoded(cursor))"
        }
        #expect(pages == 3)
        #expect(seen.count == 130 && Set(seen).count == 130)
    }

    @Test(arguments: ["limit=10", "page=2", "limit=10&page=2"])
    func aCursorGoesAlone(_ other: String) throws {
        var desk = try Desk()
        let cursor = Call.encoded(PageCursor(page: 2, limit: 50).text)
        let reply = desk.get("/api/2/users?cursor=\(cursor)&\(other)")
        #expect(reply.status == 400)
        #expect(reply.json["name"] as? String == "BadRequestError")
        #expect(desk.get("/api/2/users?cursor=\(cursor)").status == 200)
        let roles = desk.get("/api/2/roles?cursor=\(cursor)&\(other)")
        #expect(roles.json["status"] as? Int == 400)
        #expect(roles.json["error"] as? String == "BadRequestError")
    }

    @Test(arguments: ["cursor=bm9uc2Vuc2U=", "cursor=%21", "surprise=1", "limit=x", "updated_since=yesterday"])
    func whatVersion2CannotReadIsABadRequest(_ query: String) throws {
        var desk = try Desk()
        #expect(desk.get("/api/2/users?\(query)").status == 400)
    }

    @Test func linksOfVersion1LeadToEveryUserOnce() throws {
        var desk = try Desk { $0.users = 101 }
        var seen: [Int] = []
        var target = "/api/1/users"
        var sizes: [Int] = []
        while true {
            let reply = desk.get(target)
            sizes.append(reply.rows.count)
            seen += reply.rows.compactMap { $0["id"] as? Int }
            guard let link = reply.pagination["next_link"] as? String else {
                #expect(reply.afterCursor == nil)
                break
            }
            #expect(link.hasPrefix("http://acme.example.test/api/1/users?"))
            target = String(link.dropFirst("http://acme.example.test".count))
        }
        #expect(sizes == [50, 50, 1])
        #expect(Set(seen).count == 101)
    }

    @Test func oneFullPageHasNoCursor() throws {
        var desk = try Desk { $0.users = 50 }
        let reply = desk.get("/api/1/users")
        #expect(reply.rows.count == 50)
        #expect(reply.pagination.values.allSatisfy { "\($0)" == "<null>" })
    }

    @Test func version1SaysEmptyWhereVersion2SaysNull() throws {
        var desk = try Desk()
        var found = false
        for row in desk.get("/api/1/users").rows {
            let id = try #require(row["id"] as? Int)
            guard row["phone"] as? String == "" else { continue }
            found = true
            let detail = desk.get("/api/2/users/\(id)").text
            #expect(detail.contains("\"phone\":null"))
        }
        #expect(found)
        let text = desk.get("/api/1/users?limit=1").text
        #expect(text.contains("\"role_id\":["))
        #expect(text.contains("\"terminated_on\":null"))
    }

    struct Filter: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let accepts: @Sendable (SimulatedUser) -> Bool
    }

    static let filters = [
        Filter(
            testDescription: "email=*.jp@corp.example", accepts: { $0.email?.hasSuffix(".jp@corp.example") == true }),
        Filter(testDescription: "email=*1@corp.example", accepts: { $0.email?.hasSuffix("1@corp.example") == true }),
        Filter(testDescription: "status=2", accepts: { $0.status == 2 }),
        Filter(testDescription: "group_id=4100", accepts: { $0.group == 0 }),
        Filter(
            testDescription: "custom_attributes.employee_id=E100007", accepts: { $0.index == 7 }),
        Filter(testDescription: "user_ids=30000003,30000024", accepts: { [0, 3].contains($0.index) }),
    ]

    @Test(arguments: filters)
    func filtersSelect(_ filter: Filter) throws {
        var desk = try Desk { $0.users = 400 }
        let tenant = desk.service.tenant
        let wanted = (0..<400).filter { filter.accepts(tenant.user($0)) }
        let reply = desk.get("/api/2/users?\(filter.testDescription)")
        #expect(reply.header("Total-Count") == String(wanted.count))
        #expect(reply.rows.compactMap { $0["id"] as? Int } == wanted.prefix(50).map { Tenant.userID($0) })
    }

    @Test func timeFiltersHoldAtBothEdges() throws {
        var desk = try Desk()
        let user = desk.service.tenant.user(40)
        func holds(_ query: String) -> Bool {
            desk.get("/api/2/users?user_ids=\(Tenant.userID(40))&\(query)").rows.count == 1
        }
        let edge = WireTime.text(user.updatedAt)
        #expect(holds("updated_since=\(edge)"))
        #expect(!holds("updated_since=\(WireTime.text(user.updatedAt + 1))"))
        #expect(holds("updated_until=\(edge)"))
        #expect(!holds("updated_until=\(WireTime.text(user.updatedAt - 1))"))
    }

    @Test func version1ListsAreNested() throws {
        var desk = try Desk()
        let id = Tenant.userID(20)
        let roles = desk.get("/api/1/users/\(id)/roles").json["data"] as? [[Int]]
        #expect(roles?.count == 1)
        #expect(roles?.first == desk.service.tenant.roles(of: 20).map { Tenant.roleID($0) })
        #expect(desk.get("/api/1/users/\(id)").rows.count == 1)
        let names = desk.get("/api/1/users/custom_attributes").json["data"] as? [[String]]
        #expect(names?.first?.first == "employee_id")
        let devices = desk.get("/api/1/users/\(id)/otp_devices").json["data"] as? [String: Any]
        #expect(devices?.keys.sorted() == ["otp_devices"])
    }

    @Test func unknownUsersAreNotFoundInBothShapes() throws {
        var desk = try Desk()
        let first = desk.get("/api/1/users/5")
        #expect(first.status == 404 && (first.json["status"] as? [String: Any])?["type"] as? String == "not found")
        let second = desk.get("/api/2/users/5")
        #expect(second.status == 404 && second.json["name"] as? String == "NotFoundError")
        let text = desk.get("/api/1/users/five")
        let message = (text.json["status"] as? [String: Any])?["message"] as? [String: Any]
        #expect(text.status == 400 && message?["attribute"] as? String == "id")
        #expect(desk.get("/api/1/nothing").text.contains("No Route Exists"))
    }

    @Test func twoHundredThousandUsersCostNothingUntilAskedFor() throws {
        var desk = try Desk { $0.users = 200_000 }
        let last = desk.get("/api/2/users?page=4000&limit=50")
        #expect(last.rows.count == 50)
        #expect(last.header("After-Cursor") == nil)
        #expect(last.rows.last?["id"] as? Int == Tenant.userID(199_999))
        #expect(desk.get("/api/2/users?page=4001&limit=50").rows.isEmpty)
    }
}
