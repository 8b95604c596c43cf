import Testing
import Timekeeping

@testable import OneLoginSimulator

@Suite struct EventListTests {
    /// All rows of a query, by cursor.
    static func all(_ desk: inout Desk, _ query: String) -> [[String: Any]] {
        var rows: [[String: Any]] = []
        var cursor = ""
        while true {
            let reply = desk.get("/api/1/events?\(query)&after_cursor=\(Call.encoded(cursor))")
            rows += reply.rows
            guard let next = reply.afterCursor else { return rows }
            cursor = next
        }
    }

    static func ids(_ rows: [[String: Any]]) -> [Int] { rows.compactMap { $0["id"] as? Int } }

    @Test func everyEventComesOnceInRisingOrder() throws {
        var desk = try Desk()
        let rows = Self.all(&desk, "limit=37")
        let ids = Self.ids(rows)
        #expect(ids.count == desk.service.world.log.events.count)
        #expect(zip(ids, ids.dropFirst()).allSatisfy { $0 < $1 })
        let times = rows.compactMap { $0["created_at"] as? String }
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(times.allSatisfy { $0.utf8.count == 24 && $0.hasSuffix("Z") })
        #expect(Set(times).count < times.count, "some events share a millisecond")
    }

    @Test(arguments: ["sort=-id", "sort=-created_at"])
    func fallingOrderIsTheReverse(_ sort: String) throws {
        var desk = try Desk()
        let rising = Self.ids(Self.all(&desk, "limit=100"))
        #expect(Self.ids(Self.all(&desk, "limit=100&\(sort)")) == rising.reversed())
    }

    @Test(arguments: ["sort=%2Bid", "sort=+id", "sort=id"])
    func risingOrderIsReadInEverySpelling(_ sort: String) throws {
        var desk = try Desk()
        #expect(Self.ids(desk.get("/api/1/events?\(sort)").rows) == Self.ids(desk.get("/api/1/events").rows))
        #expect(desk.get("/api/1/events?sort=name").status == 400)
    }

    @Test func sinceAndUntilHoldBothEnds() throws {
        var desk = try Desk()
        let events = desk.service.world.log.events
        let edge = events[200].time
        let from = WireTime.text(edge)
        let since = Self.all(&desk, "since=\(from)")
        #expect(since.count == events.filter { $0.time >= edge }.count)
        #expect(Self.all(&desk, "until=\(from)").count == events.filter { $0.time <= edge }.count)
        let later = WireTime.text(edge + 1)
        #expect(Self.all(&desk, "since=\(later)").count == events.filter { $0.time > edge }.count)
        #expect(Self.all(&desk, "since=\(from)&until=\(from)").count == events.filter { $0.time == edge }.count)
    }

    @Test func typesAndUsersFilter() throws {
        var desk = try Desk()
        let events = desk.service.world.log.events
        let both = Self.all(&desk, "event_type_id=5,6")
        #expect(both.count == events.filter { $0.type == 5 || $0.type == 6 }.count)
        let user = try #require(events.first { $0.user >= 0 }).user
        let rows = Self.all(&desk, "user_id=\(Tenant.userID(Int(user)))")
        #expect(rows.count == events.filter { $0.user == user }.count)
        #expect(desk.get("/api/1/events?event_type_id=five").status == 400)
        #expect(desk.get("/api/1/events?user_id=1").rows.isEmpty)
    }

    @Test func oneEventAndSomeFields() throws {
        var desk = try Desk()
        let id = desk.service.world.log.id(17)
        let reply = desk.get("/api/1/events/\(id)")
        #expect(reply.rows.count == 1)
        #expect(reply.rows.first?["id"] as? Int == id)
        #expect(desk.get("/api/1/events/12").status == 404)
        let row = try #require(desk.get("/api/1/events?limit=1&fields=event_type_id").rows.first)
        #expect(Set(row.keys) == ["id", "event_type_id"])
    }

    @Test func rowsAreMostlyNullAndSomeAreShort() throws {
        var desk = try Desk { $0.historyEvents = 3000 }
        let rows = Self.all(&desk, "limit=1000")
        #expect(Set(rows.map { $0.count }).isSuperset(of: [22, 35]))
        #expect(rows.contains { $0["ipaddr"] == nil })
        let known = Set(EventTypeTable.all.map { $0.id })
        #expect(rows.contains { !known.contains($0["event_type_id"] as? Int ?? 0) })
        #expect(rows.contains { ($0["user_name"] as? String)?.contains { !$0.isASCII } == true })
    }

    @Test func typesNeedNoToken() throws {
        var desk = try Desk()
        let reply = desk.send("GET", "/api/1/events/types")
        #expect(reply.status == 200)
        #expect(reply.rows.count == 539)
        #expect(reply.json["pagination"] == nil)
        #expect(reply.rows.first { $0["id"] as? Int == 5 }?["name"] as? String == "USER_LOGGED_INTO_ONELOGIN")
    }

    @Test func liveEventsAppearAsTheClockRuns() throws {
        var desk = try Desk { $0.historyEvents = 4000 }
        let before = Self.ids(Self.all(&desk, "limit=1000"))
        #expect(Self.ids(Self.all(&desk, "limit=1000")) == before)
        desk.clock.advance(by: .hours(9))
        let after = Self.ids(Self.all(&desk, "limit=1000"))
        #expect(after.starts(with: before))
        #expect(after.count > before.count + 50)
    }

    @Test func theClockMayRunInAnySteps() throws {
        var options = SimulatorOptions()
        options.users = 80
        options.tokenLifetime = .hours(100)
        let start = ManualClock().now()
        var once = Service(options: options, now: start)
        var often = once
        once.world.advance(to: start + .hours(30))
        for minute in 1...1800 { often.world.advance(to: start + .minutes(Int64(minute))) }
        #expect(once.world.log.events.count == often.world.log.events.count)
        let desk = try Desk { $0.tokenLifetime = .hours(100) }
        let call = Call(
            method: "GET", target: "/api/1/events?limit=1000&sort=-id",
            headers: ["authorization": "Bearer \(desk.token)"])
        once.credentials = desk.service.credentials
        often.credentials = desk.service.credentials
        let end = start + .hours(1)
        let texts = [once.answer(call, at: end).reply, often.answer(call, at: end).reply]
        #expect(texts[0].status == 200 && texts[0].text == texts[1].text)
    }
}
