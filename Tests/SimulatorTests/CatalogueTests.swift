import Testing
import Timekeeping

@testable import OneLoginSimulator

@Suite struct CatalogueTests {
    @Test func bothVersionsOfGroupsAgree() throws {
        var desk = try Desk()
        let first = desk.get("/api/1/groups")
        let second = desk.get("/api/2/groups")
        #expect(first.rows.map { $0["id"] as? Int } == second.rows.map { $0["id"] as? Int })
        #expect(first.rows.count == Names.groups.count)
        #expect(first.text.contains("\"reference\":null"))
        #expect(desk.get("/api/1/groups/4110").rows.first?["name"] as? String == "Contractors")
        #expect(desk.get("/api/2/groups/4110").json["name"] as? String == "Contractors")
        #expect(desk.get("/api/2/groups/4111").status == 404)
    }

    @Test func appsFilterAndTellMoreOneByOne() throws {
        var desk = try Desk()
        #expect(desk.get("/api/2/apps").rows.count == Names.apps.count)
        let named = desk.get("/api/2/apps?name=Payroll").rows
        #expect(named.count == 1)
        let id = try #require(named.first?["id"] as? Int)
        let detail = desk.get("/api/2/apps/\(id)").json
        #expect(detail["role_ids"] is [Int] && detail["provisioning"] is [String: Bool])
        let methods = desk.get("/api/2/apps?auth_method=8").rows.compactMap { $0["auth_method"] as? Int }
        #expect(!methods.isEmpty && methods.allSatisfy { $0 == 8 })
        #expect(
            Set(desk.get("/api/1/apps").rows[0].keys) == [
                "id", "connector_id", "name", "extension", "icon", "visible", "provisioning",
            ])
        #expect(desk.get("/api/2/connectors?limit=1").rows.count == 1)
        #expect(desk.get("/api/2/apps?cursor=x").status == 400)
    }

    @Test func appsOfRolesAndTheRestMakeUpAllApps() throws {
        var desk = try Desk()
        let given = desk.get("/api/2/roles/7004/apps").rows.compactMap { $0["id"] as? Int }
        let rest = desk.get("/api/2/roles/7004/apps?assigned=false").rows.compactMap { $0["id"] as? Int }
        #expect(Set(given).isDisjoint(with: rest))
        #expect(given.count + rest.count == Names.apps.count)
        let row = desk.get("/api/2/roles").rows.first { $0["id"] as? Int == 7004 }
        #expect(row?["apps"] as? [Int] == given)
    }

    @Test func aMappingThatIsOffHasNoPosition() throws {
        var desk = try Desk()
        let rows = desk.get("/api/2/mappings").rows
        #expect(rows.count == 5)
        for row in rows { #expect((row["position"] is Int) == (row["enabled"] as? Bool)) }
        #expect(desk.get("/api/2/mappings?enabled=false").rows.count == 1)
    }

    @Test func everyAnswerHasTheHeadersOfItsVersion() throws {
        var desk = try Desk()
        let first = desk.get("/api/1/groups")
        let id = try #require(first.header("X-Request-Id"))
        let groups: [Substring] = id.split(separator: "-")
        #expect(groups.map { $0.utf8.count } == [8, 4, 4, 4, 12] && id == id.uppercased())
        #expect(first.header("ETag") != nil && first.header("X-Runtime") != nil)
        #expect(first.header("Link")?.isEmpty == true)
        #expect(desk.get("/api/1/users").header("Link")?.hasSuffix("rel=\"next\"") == true)
        let second = desk.get("/api/2/groups")
        #expect(second.header("X-RateLimit-Limit") == nil && second.header("Cache-Control") == "private")
        #expect(second.header("X-Request-Id") != id)
    }

    @Test func absurdNumbersAreAnswered() throws {
        var desk = try Desk()
        let least = "-9223372036854775808"
        let most = "9223372036854775807"
        var targets = ["/api/1/events/\(least)", "/api/1/events/\(most)", "/api/2/users/\(least)"]
        for number in [least, most, "99999999999999999999"] {
            targets += ["page", "limit", "group_id", "role_id", "app_id"].map { "/api/2/users?\($0)=\(number)" }
            targets += ["user_id", "id", "limit"].map { "/api/1/events?\($0)=\(number)" }
            targets += ["limit"].map { "/api/1/users?\($0)=\(number)" }
        }
        for page in [0, 1, Int.max] {
            for id in [Int.min, 0, Int.max] {
                let cursor = Call.encoded(IDCursor(page: page, id: id).text)
                targets += ["users", "events"].flatMap {
                    ["/api/1/\($0)?after_cursor=\(cursor)", "/api/1/\($0)?before_cursor=\(cursor)"]
                }
            }
            let cursor = Call.encoded(PageCursor(page: page, limit: Int.max).text)
            targets.append("/api/2/users?cursor=\(cursor)")
        }
        for target in targets { #expect([200, 400, 404].contains(desk.get(target).status), "\(target)") }
        let lock = desk.call("PUT", "/api/1/users/30000423/lock_user", body: "{\"locked_until\":\(most)}")
        #expect(lock.status == 400)
        let deep = String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000)
        #expect(desk.call("PUT", "/api/2/users/30000423", body: deep).status == 400)
    }

    @Test func callsAreCountedByResource() throws {
        var desk = try Desk()
        #expect(desk.get("/simulator/calls").text == "{}")
        for target in ["/api/2/users", "/api/2/users?page=2", "/api/1/events", "/api/1/nothing", "/api/2/users/1"] {
            _ = desk.get(target)
        }
        _ = desk.send("GET", "/api/1/events")
        #expect(desk.get("/simulator/calls").text == #"{"api/1/events":1,"api/2/users":3}"#)
    }

    @Test func attacksBeginWhenTold() throws {
        var desk = try Desk { $0.planted = [] }
        let before = desk.service.world.truth.cases.count
        for (target, status) in [("?within=soon", 400), ("?within=0s", 400), ("/more", 404)] {
            #expect(desk.send("POST", "/simulator/attacks" + target).status == status, "\(target)")
        }
        #expect(desk.send("GET", "/simulator/attacks").status == 404)
        #expect(desk.service.world.truth.cases.count == before)

        let reply = desk.send("POST", "/simulator/attacks?within=20s")
        let cases = desk.service.world.truth.cases.dropFirst(before)
        #expect(reply.text == "{\"planted\":\(cases.count)}")
        let kinds = Set(cases.map(\.kind))
        #expect(kinds == Set(PlantedKind.attacks + [.massGroupChange]))
        desk.clock.advance(by: .seconds(20))
        _ = desk.get("/api/1/events")
        let begun = desk.service.world.truth.cases.filter { $0.kind != .massGroupChange }.dropFirst(before)
        #expect(begun.allSatisfy { !$0.eventIDs.isEmpty }, "all of it has happened within the span")
        #expect(desk.get("/simulator/calls").text == #"{"api/1/events":1}"#)
    }

    @Test func textSurvivesTheWriter() throws {
        var text = JSONText()
        let hard = "a\"b\\c\n\u{1}é😀/"
        text.object { $0.field("k", hard) }
        #expect(Reply.json(text.bytes).json["k"] as? String == hard)
    }

    @Test func truthIsReadableForPeople() {
        let world = TruthTests.world(TruthTests.sizes[1])
        #expect(world.truth.text.contains("too-many-super-users: the tenant, from "))
        #expect(world.truth.text.split(separator: "\n").count == world.truth.cases.count)
    }
}
