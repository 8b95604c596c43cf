import Directory
import HTTPTransport
import OneLogin
import Testing
import Timekeeping

@Suite struct CollectionTests {
    static func always(_ answer: HTTPResponse) -> ScriptedSender.Script { RefusalTests.tokenThen(answer) }

    @Test func readsUsersWithRolesAndAttributes() async throws {
        let rows = #"""
            {"id":31003005,"username":"nora","email":"nora@example.test","status":1,"state":1,"group_id":4100,
             "role_id":[7002,7001],
             "department":"","custom_attributes":{"cost":"C1","unset":null},"last_login":null,
             "created_at":"2026-01-04T08:00:00.000Z"},
            {"id":"x"},{"id":31003006,"role_id":null,"status":9}
            """#
        let (source, _, _) = client(script: Self.always(Answers.envelope(rows)))
        let page = try await source.entities(EntityQuery(.user))
        guard case .user(let nora) = page.entities.first, case .user(let other) = page.entities.last else {
            Issue.record("no users")
            return
        }
        #expect(nora.roleIDs == [7001, 7002])
        #expect(nora.department == nil)
        #expect(nora.lastLogin == nil)
        #expect(nora.customAttributes == ["cost": "C1"])
        #expect(nora.createdAt == Timestamp(rfc3339: "2026-01-04T08:00:00Z"))
        #expect(other.roleIDs == [])
        #expect(other.status == .unknown)
        #expect(page.unreadable.map(\.reason) == ["`id` is no integer: `x`"])
    }

    @Test func readsRolesWithMembersPageByPage() async throws {
        let (source, sender, _) = client { (request, before) throws(TransportFailure) in
            switch request.path {
            case Answers.tokenPath: Answers.token()
            case "/api/2/roles": Answers.json(#"[{"id":7001,"name":"Engineering","apps":[55001]}]"#)
            case "/api/2/roles/7001/users":
                before == 0
                    ? Answers.json(#"[{"id":3},{"id":1}]"#, headers: ["After-Cursor": "n"])
                    : Answers.json(#"[{"id":2},{"id":3}]"#)
            default: Answers.json("[]")
            }
        }
        let page = try await source.entities(EntityQuery(.role))
        #expect(
            page.entities == [
                .role(Role(id: 7001, name: "Engineering", userIDs: [1, 2, 3], adminIDs: [], appIDs: [55001]))
            ])
        #expect(sender.count("/api/2/roles/7001/admins") == 1)
    }

    @Test func aRoleWhoseMembersCannotBeReadFailsThePage() async {
        let (source, _, _) = client { (request, _) throws(TransportFailure) in
            switch request.path {
            case Answers.tokenPath: Answers.token()
            case "/api/2/roles": Answers.json(#"[{"id":1,"name":"a"},{"id":2,"name":"b"},{"id":3,"name":"c"}]"#)
            case "/api/2/roles/2/users": Answers.page(502)
            default: Answers.json("[]")
            }
        }
        do throws(SourceFailure) {
            _ = try await source.entities(EntityQuery(.role))
            Issue.record("a part was given as the whole")
        } catch {
            #expect(error.cause == .serverFault)
        }
    }

    @Test func readsPrivilegesWithTheirHolders() async throws {
        let (source, _, _) = client { (request, _) throws(TransportFailure) in
            switch request.path {
            case Answers.tokenPath: Answers.token()
            case "/api/1/privileges":
                Answers.json(
                    #"[{"id":"u-1","name":"All","privilege":{"Version":"2018-05-18","Statement":"#
                        + #"[{"Effect":"Allow","Action":["*"],"Scope":["*"]}]}}]"#
                )
            case "/api/1/privileges/u-1/users": Answers.json(#"{"total":2,"users":[9,4],"afterCursor":null}"#)
            default: Answers.json(#"{"total":1,"roles":[7001],"afterCursor":null}"#)
            }
        }
        let page = try await source.entities(EntityQuery(.privilege))
        #expect(
            page.entities == [
                .privilege(Privilege(id: "u-1", name: "All", isWildcard: true, userIDs: [4, 9], roleIDs: [7001]))
            ])
    }

    @Test(arguments: [
        Answers.v1(401, "Unauthorized", "Insufficient Permission"),
        Answers.v2(401, "UnauthorizedError", "Unauthorized"),
        Answers.v1(404, "not found", "No Route Exists"), Answers.v1(403, "forbidden", "no"),
    ])
    func privilegesThatAreClosedAreNotAvailable(_ answer: HTTPResponse) async {
        let (source, _, _) = client(script: Self.always(answer))
        do throws(SourceFailure) {
            _ = try await source.entities(EntityQuery(.privilege))
            Issue.record("nothing was thrown")
        } catch {
            #expect(error.cause == .notAvailable)
        }
    }

    @Test func readsFactorsFromV1WhereV2IsClosed() async throws {
        let (source, sender, _) = client { (request, _) throws(TransportFailure) in
            if request.path == Answers.tokenPath { return Answers.token() }
            if request.path.hasPrefix("/api/2/") { return Answers.v2(401, "UnauthorizedError", "Unauthorized") }
            return Answers.json(
                #"{"status":{"error":false},"data":{"otp_devices":[{"id":5,"active":false,"default":true,"#
                    + #""type_display_name":"SMS"}]}}"#
            )
        }
        let page = try await source.entities(EntityQuery(.device, userIDs: [1, 2]))
        #expect(page.entities.map(\.id) == ["5", "5"])
        guard case .device(let device) = page.entities.first else {
            Issue.record("no device")
            return
        }
        #expect(device == Device(id: "5", userID: 1, type: "SMS", isActive: false, isDefault: true))
        _ = try await source.entities(EntityQuery(.device, userIDs: [3]))
        #expect(sender.count("/api/2/mfa/users/3/devices") == 0)
    }

    @Test func readsEventsOldestFirstWithTheirPlaces() async throws {
        let rows = #"{"id":1,"event_type_id":5,"created_at":"2026-01-01T00:00:00.500Z"},{"id":2,"event_type_id":5}"#
        let (source, sender, _) = client(script: Self.always(Answers.envelope(rows, next: "n1")))
        let page = try await source.activities(
            ActivityQuery(since: Answers.start, until: Answers.start + .milliseconds(1500)))
        #expect(page.batch.count == 1)
        #expect(page.batch.activity(at: 0).id == "1")
        #expect(page.batch.activity(at: 0).text(.observedBy) == "api")
        #expect(page.next == "n1")
        #expect(page.unreadable.map(\.place) == ["GET /api/1/events"])
        #expect(
            sender.requests.last?.url == "https://acme.onelogin.com/api/1/events?since=2026-01-01T00%3A00%3A00.000Z"
                + "&limit=1000&sort=%2Bid&until=2026-01-01T00%3A00%3A01.500Z")
    }

    // MARK: The connection test

    @Test func probesInOrderAndChangesNothing() async {
        let (source, sender, _) = client { (request, _) throws(TransportFailure) in
            switch request.path {
            case Answers.tokenPath: Answers.token()
            case "/api/1/events":
                HTTPResponse(
                    status: 200,
                    headers: ["X-RateLimit-Remaining": "4990", "X-RateLimit-Limit": "5000", "X-RateLimit-Reset": "9"],
                    body: Answers.envelope("").body)
            case "/api/1/privileges": Answers.v1(401, "Unauthorized", "Insufficient Permission")
            default: Answers.json("[]")
            }
        }
        let test = await source.testConnection()
        #expect(test.probes.map(\.name) == ["token", "users", "events", "apps", "roles", "privileges", "rate limit"])
        #expect(test.probes.map(\.isOK) == [true, true, true, true, true, false, true])
        #expect(test.isUsable)
        #expect(test.probes.last?.detail == "4990 of 5000 calls are left this hour")
        #expect(sender.requests.filter { $0.method != .get }.map(\.path) == [Answers.tokenPath])
    }

    @Test func stopsAtATokenThatIsRefusedAndNamesTheClock() async {
        let (refused, _, _) = client { (_, _) throws(TransportFailure) in RefusalTests.unauthorised }
        let test = await refused.testConnection()
        #expect(test.probes.map(\.cause) == [.credentialsRejected])
        #expect(!test.isUsable)
        let (skewed, _, _) = client { (request, _) throws(TransportFailure) in
            var answer = request.path == Answers.tokenPath ? Answers.token() : Answers.json("[]")
            answer.headers["Date"] = "Wed, 31 Dec 2025 23:54:59 GMT"
            return answer
        }
        let clock = await skewed.testConnection().probes.first { $0.name == "clock" }
        #expect(clock?.cause == .clockSkew)
        #expect(clock?.detail.contains("ahead of") == true)
    }
}
