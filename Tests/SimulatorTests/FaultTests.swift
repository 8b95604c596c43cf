import Testing
import Timekeeping

@testable import OneLoginSimulator

@Suite struct FaultTests {
    struct Text: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let plan: [Fault]
    }

    static let texts = [
        Text(testDescription: "", plan: []),
        Text(testDescription: "/api/2/users=502", plan: [Fault("/api/2/users", .always, .status(502))]),
        Text(testDescription: "/api/1/events@3=html429", plan: [Fault("/api/1/events", .calls(3...3), .html(429))]),
        Text(
            testDescription: "/a@2-5=cut,/b@page2=empty,/c=delay500,/d=cursor",
            plan: [
                Fault("/a", .calls(2...5), .cutBody), Fault("/b", .page(2), .emptyBody),
                Fault("/c", .always, .delay(.milliseconds(500))), Fault("/d", .always, .repeatedCursor),
            ]),
        Text(
            testDescription: "/a@5%=502,/b=scope",
            plan: [Fault("/a", .share(percent: 5), .status(502)), Fault("/b", .always, .noPermission)]),
    ]

    @Test(arguments: texts)
    func aPlanIsReadFromText(_ text: Text) throws {
        #expect(try FaultPlan(parsing: text.testDescription).faults == text.plan)
    }

    @Test(arguments: [
        "/a", "/a=", "/a@0=502", "/a@5-2=502", "/a@page0=502", "/a@0%=502", "/a@101%=502", "/a=399", "/a=600",
        "/a=htmlx", "/a=delay",
    ])
    func aTextThatIsNoPlanIsRefused(_ text: String) {
        #expect(throws: FaultPlan.ParseError.self) { try FaultPlan(parsing: text) }
    }

    @Test(arguments: [401, 403, 404, 429, 500, 502])
    func aStatusComesInTheShapeOfThePath(_ status: Int) throws {
        var desk = try Desk { $0.faults = FaultPlan([Fault("/api", .always, .status(status))]) }
        let first = desk.get("/api/1/users")
        #expect(first.status == status)
        #expect((first.json["status"] as? [String: Any])?["code"] as? Int == status)
        let second = desk.get("/api/2/users")
        #expect(second.status == status && second.json["statusCode"] as? Int == status)
    }

    @Test func aStatusOf400IsTheOldRateLimit() throws {
        var desk = try Desk { $0.faults = FaultPlan([Fault("/api/1/events", .always, .status(400))]) }
        let reply = desk.get("/api/1/events")
        #expect(reply.status == 400 && reply.text.contains("\"message\":\"rate_limit_exceeded\""))
    }

    @Test func aScopeThatIsTooSmallHasItsOwnWords() throws {
        var desk = try Desk { $0.faults = FaultPlan([Fault("/api", .always, .noPermission)]) }
        let first = desk.get("/api/1/users")
        #expect(first.status == 401 && first.text.contains("Insufficient Permission"))
        #expect(desk.get("/api/2/users").json["name"] as? String == "UnauthorizedError")
    }

    @Test func aShareOfCallsIsTheSameForTheSameSeed() throws {
        func statuses(_ seed: UInt64) throws -> [Int] {
            var desk = try Desk {
                $0.seed = seed
                $0.faults = FaultPlan([Fault("/api/1/groups", .share(percent: 20), .status(502))])
            }
            return (0..<500).map { _ in desk.get("/api/1/groups").status }
        }
        let some = try statuses(1)
        #expect(try statuses(1) == some)
        #expect(try statuses(2) != some)
        #expect((60...140).contains(some.filter { $0 == 502 }.count), "a fifth of 500")
    }

    @Test func aChangeIsSeenWhenItsTimeHasCome() throws {
        var desk = try Desk { $0.writeDelay = .seconds(5) }
        let path = "/api/2/users/\(Tenant.userID(60))"
        func status() -> Int? { desk.get(path).json["status"] as? Int }
        func told() -> Int { desk.get("/api/1/events?event_type_id=551&limit=50").rows.count }
        let (before, events) = (status(), told())
        #expect(desk.call("PUT", path, body: #"{"status":2}"#).status == 200 && before != 2)
        #expect(told() == events + 1, "its event is there at once")
        desk.clock.advance(by: .milliseconds(4999))
        #expect(status() == before)
        #expect(desk.call("DELETE", "/api/2/users/\(Tenant.userID(61))").status == 204)
        desk.clock.advance(by: .milliseconds(1))
        #expect(status() == 2)
        #expect(desk.get("/api/2/users/\(Tenant.userID(61))").status == 200, "the second change waits its own time")
        desk.clock.advance(by: .seconds(5))
        #expect(desk.get("/api/2/users/\(Tenant.userID(61))").status == 404)
    }

    @Test func aFaultHitsItsCallsAndNoOthers() throws {
        var desk = try Desk { $0.faults = FaultPlan([Fault("/api/1/groups", .calls(2...3), .html(502))]) }
        #expect((1...4).map { _ in desk.get("/api/1/groups").status } == [200, 502, 502, 200])
        #expect(desk.get("/api/1/roles").status == 200)
    }

    @Test func aFaultHitsItsPageInBothVersions() throws {
        var desk = try Desk { $0.faults = FaultPlan([Fault("/api", .page(2), .status(500))]) }
        let first = desk.get("/api/1/users?limit=40")
        #expect(first.status == 200)
        let cursor = Call.encoded(try #require(first.afterCursor))
        #expect(desk.get("/api/1/users?limit=40&after_cursor=\(cursor)").status == 500)
        let second = desk.get("/api/2/users")
        let next = Call.encoded(try #require(second.header("After-Cursor")))
        #expect(desk.get("/api/2/users?cursor=\(next)").status == 500)
        #expect(desk.get("/api/2/users?page=2").status == 500)
        #expect(desk.get("/api/2/users?page=3").status == 200)
    }

    @Test func bodiesAreCutOrEmptied() throws {
        var whole = try Desk()
        var cut = try Desk { $0.faults = FaultPlan([Fault("/api/2/users", .always, .cutBody)]) }
        let text = whole.get("/api/2/users").text
        let half = cut.get("/api/2/users")
        #expect(half.status == 200 && half.value == nil)
        #expect(text.hasPrefix(half.text) && half.body.count == text.utf8.count / 2)
        var empty = try Desk { $0.faults = FaultPlan([Fault("/api/2/users", .always, .emptyBody)]) }
        #expect(empty.get("/api/2/users").body.isEmpty)
    }

    @Test func aRepeatedCursorLeadsInACircle() throws {
        var desk = try Desk { $0.faults = FaultPlan([Fault("/api", .page(2), .repeatedCursor)]) }
        let first = try #require(desk.get("/api/1/users?limit=40").afterCursor)
        let again = desk.get("/api/1/users?limit=40&after_cursor=\(Call.encoded(first))")
        #expect(again.rows.count == 40 && again.afterCursor == first)
        let next = try #require(desk.get("/api/2/users?limit=50").header("After-Cursor"))
        #expect(desk.get("/api/2/users?cursor=\(Call.encoded(next))").header("After-Cursor") == next)
    }

    @Test func aDelayLastsByTheClockHandedIn() async throws {
        var options = SimulatorOptions()
        options.users = 40
        options.faults = FaultPlan([Fault("/auth", .always, .delay(.minutes(3)))])
        let clock = ManualClock()
        let before = clock.now()
        let simulator = Simulator(options: options, clock: clock)
        let reply = try await simulator.answer(Call(method: "GET", target: "/auth/rate_limit"))
        #expect(reply.status == 400)
        #expect(clock.now() - before == .minutes(3))
    }
}
