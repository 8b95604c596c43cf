import Directory
import HTTPTransport
import OneLogin
import Testing
import Timekeeping

/// What cannot be read is never taken for what is not there: of one user, of a page, of a list below a role.
@Suite struct RefusedReadTests {
    static let gone = Answers.v2(404, "NotFoundError", "The resource with the given id could not be found")
    static let forbidden = Answers.v1(403, "forbidden", "not authorized to access this User")
    static let closed = Answers.v2(401, "UnauthorizedError", "Unauthorized")
    static let user = Answers.json(#"{"id":2,"username":"bea","role_ids":[7001],"department":"IT"}"#)

    /// What a query of a client with this script comes to: the ids of the records, or why there are none.
    static func outcome(
        _ query: EntityQuery, _ script: @escaping ScriptedSender.Script
    ) async -> (ids: [String]?, cause: SourceFailure.Cause?) {
        let (source, _, _) = client(script: script)
        do throws(SourceFailure) {
            return (try await source.entities(query).entities.map(\.id), nil)
        } catch {
            return (nil, error.cause)
        }
    }

    // MARK: Factors

    struct Factors: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Of v2's list for user 2, of v1's, and of the user.
        let answer: HTTPResponse
        var old = Answers.page(502)
        var user = RefusedReadTests.user
        var ids: [String]?
        var cause: SourceFailure.Cause?
    }

    @Test(arguments: [
        Factors(testDescription: "none", answer: Answers.json("[]"), ids: ["d1"]),
        Factors(testDescription: "the user is closed", answer: forbidden, cause: .notAvailable),
        Factors(testDescription: "no list of a user who is there", answer: gone, cause: .notAvailable),
        Factors(testDescription: "the user has gone", answer: gone, user: gone, ids: ["d1"]),
        Factors(
            testDescription: "whether the user has gone is not told", answer: gone, user: forbidden,
            cause: .notAvailable),
        Factors(
            testDescription: "no path of users", answer: gone, user: Answers.v1(404, "not found", "No Route Exists"),
            cause: .notAvailable),
        Factors(
            testDescription: "somebody before the API", answer: gone,
            user: HTTPResponse(status: 404, body: Array("not found".utf8)), cause: .notAvailable),
        Factors(testDescription: "the list is a page for people", answer: Answers.page(404), cause: .tenantUnknown),
        Factors(testDescription: "an object without a list", answer: Answers.json("{}"), cause: .malformedAnswer),
    ])
    func onlyAUserWhoHasGoneHasNoFactors(_ row: Factors) async {
        let outcome = await Self.outcome(EntityQuery(.device, userIDs: [1, 2])) { (request, _) in
            switch request.path {
            case Answers.tokenPath: Answers.token()
            case "/api/2/mfa/users/1/devices": Answers.json(#"[{"device_id":"d1","type_display_name":"OTP"}]"#)
            case "/api/2/mfa/users/2/devices": row.answer
            case "/api/2/users/2": row.user
            default: row.old
            }
        }
        #expect(outcome.ids == row.ids && outcome.cause == row.cause)
    }

    @Test(arguments: [
        Factors(
            testDescription: "none", answer: closed, old: Answers.json(#"{"data":{"otp_devices":[]}}"#), ids: []),
        Factors(testDescription: "the user is closed", answer: closed, old: forbidden, cause: .notAvailable),
        Factors(testDescription: "no list of a user who is there", answer: closed, old: gone, cause: .notAvailable),
        Factors(testDescription: "the user has gone", answer: closed, old: gone, user: gone, ids: []),
        Factors(
            testDescription: "an envelope without its list", answer: closed, old: Answers.json(#"{"data":{}}"#),
            cause: .malformedAnswer),
    ])
    func norInVersion1(_ row: Factors) async {
        let outcome = await Self.outcome(EntityQuery(.device, userIDs: [2])) { (request, _) in
            switch request.path {
            case Answers.tokenPath: Answers.token()
            case "/api/2/mfa/users/2/devices": row.answer
            case "/api/1/users/2/otp_devices": row.old
            default: row.user
            }
        }
        #expect(outcome.ids == row.ids && outcome.cause == row.cause)
    }

    /// The lists differ, so a refusal that passes must not move a credential from one to the other.
    @Test func aRefusalAfterVersion2WasReadIsAFault() async throws {
        let (source, sender, _) = client { (request, before) throws(TransportFailure) in
            if request.path == Answers.tokenPath { return Answers.token("t\(before)") }
            return request.path == "/api/2/mfa/users/2/devices" ? Self.closed : Answers.json("[]")
        }
        _ = try await source.entities(EntityQuery(.device, userIDs: [1]))
        await #expect(throws: SourceFailure.self) {
            _ = try await source.entities(EntityQuery(.device, userIDs: [2]))
        }
        _ = try await source.entities(EntityQuery(.device, userIDs: [3]))
        #expect(sender.count("/api/2/mfa/users/3/devices") == 1)
        #expect(sender.requests.allSatisfy { !$0.path.hasSuffix("otp_devices") })
    }

    /// A factor that cannot be seen has not been taken away already.
    @Test func aSubjectWhoseFactorsAreClosedIsNoSubject() async {
        let (tenant, _, _) = client { (request, _) throws(TransportFailure) in
            switch request.path {
            case Answers.tokenPath: Answers.token()
            case "/api/2/users/2": Self.user
            default: Self.forbidden
            }
        }
        await #expect(throws: SourceFailure.self) { _ = try await tenant.subject(userID: 2) }
    }

    // MARK: Users that changed

    static func changed(_ detail: HTTPResponse) -> ScriptedSender.Script {
        { (request, _) throws(TransportFailure) in
            switch request.path {
            case Answers.tokenPath: Answers.token()
            case "/api/2/users":
                Answers.json(#"[{"id":1,"username":"ann","role_ids":[7002]},{"id":2,"username":"bea","status":1}]"#)
            case "/api/2/users/2": detail
            default: Answers.page(502)
            }
        }
    }

    static var since: EntityQuery {
        var query = EntityQuery(.user)
        query.updatedSince = Answers.start
        return query
    }

    @Test func usersThatChangedAreReadInFull() async throws {
        let (source, sender, _) = client(script: Self.changed(Self.user))
        let page = try await source.entities(Self.since)
        let users = page.entities.compactMap { if case .user(let user) = $0 { user } else { nil } }
        #expect(users.map(\.id) == [1, 2])
        #expect(users.last?.roleIDs == [7001] && users.last?.department == "IT")
        #expect(sender.count("/api/2/users/1") == 0, "the row had its roles")
        #expect(
            sender.requests.first { $0.path == "/api/2/users" }?.url
                == "https://acme.onelogin.com/api/2/users?limit=50&updated_since=2026-01-01T00%3A00%3A00.000Z")
    }

    typealias Detail = (HTTPResponse, [String]?, SourceFailure.Cause?)

    static let details: [Detail] = [
        (RefusedReadTests.gone, ["1"], nil),
        (RefusedReadTests.forbidden, nil, .notAvailable),
        (Answers.page(404), nil, .tenantUnknown),
        (Answers.page(502), nil, .serverFault),
        (Answers.json("[]"), nil, .malformedAnswer),
    ]

    @Test(arguments: details)
    func theRowOfTheListNeverStandsForTheUser(
        _ detail: HTTPResponse, _ ids: [String]?, _ cause: SourceFailure.Cause?
    ) async {
        let outcome = await Self.outcome(Self.since, Self.changed(detail))
        #expect(outcome.ids == ids && outcome.cause == cause)
    }

    // MARK: Pages without their list

    @Test(arguments: [
        "{}", #"{"data":[]}"#, #"{"pagination":{"after_cursor":null}}"#,
        #"{"pagination":{"after_cursor":null},"data":null}"#, #"{"pagination":{"after_cursor":null},"data":{}}"#,
        #"{"pagination":null,"data":[]}"#, "[]", "null",
        #"{"pagination":{"after_cursor":null,"next_link":"https://acme.onelogin.com/x"},"data":[]}"#,
    ])
    func anAnswerWithoutItsListIsNoEmptyPage(_ body: String) async {
        let script = RefusalTests.tokenThen(Answers.json(body))
        #expect(await Self.outcome(EntityQuery(.user), script).cause == .malformedAnswer)
        #expect(await Self.outcome(EntityQuery(.group), script).cause == .malformedAnswer)
        let (source, _, _) = client(script: script)
        await #expect(throws: SourceFailure.self) {
            _ = try await source.activities(ActivityQuery(since: Answers.start))
        }
        if body != "[]" {
            #expect(await Self.outcome(EntityQuery(.app), script).cause == .malformedAnswer)
            #expect(await Self.outcome(EntityQuery(.role), script).cause == .malformedAnswer)
        }
    }

    @Test func anEmptyPageIsEmptyAndTypesHaveNoPages() async throws {
        let empty = RefusalTests.tokenThen(Answers.envelope(""))
        #expect(await Self.outcome(EntityQuery(.user), empty).ids == [])
        let types = Answers.json(#"{"status":{"error":false},"data":[{"id":5,"name":"USER_LOGGED_IN"}]}"#)
        let (source, _, _) = client(script: RefusalTests.tokenThen(types))
        #expect(try await source.eventTypeNames() == [5: "USER_LOGGED_IN"])
    }

    @Test(arguments: [#"{"total":1}"#, "{}", #"{"total":1,"roles":[7001]}"#])
    func aPrivilegeWhoseHoldersAreNotNamedFailsThePage(_ holders: String) async {
        let outcome = await Self.outcome(EntityQuery(.privilege)) { (request, _) in
            switch request.path {
            case Answers.tokenPath: Answers.token()
            case "/api/1/privileges": Answers.json(#"[{"id":"u-1","name":"All","privilege":{"Statement":[]}}]"#)
            case "/api/1/privileges/u-1/users": Answers.json(holders)
            default: Answers.json(#"{"total":0,"roles":[]}"#)
            }
        }
        #expect(outcome.ids == nil && outcome.cause == .malformedAnswer)
    }

    // MARK: Lists that change while they are read

    /// A role of two pages of members whose total is another on the second page, as often as `changes` says.
    static func restless(_ changes: Int) -> ScriptedSender.Script {
        { (request, before) throws(TransportFailure) in
            switch request.path {
            case Answers.tokenPath: return Answers.token()
            case "/api/2/roles": return Answers.json(#"[{"id":7001,"name":"All","apps":[]}]"#)
            case "/api/2/roles/7001/users" where request.url.contains("cursor="):
                return Answers.json(#"[{"id":2}]"#, headers: ["Total-Count": before / 2 < changes ? "3" : "2"])
            case "/api/2/roles/7001/users":
                return Answers.json(#"[{"id":1}]"#, headers: ["Total-Count": "2", "After-Cursor": "n"])
            default: return Answers.json("[]")
            }
        }
    }

    @Test(arguments: [(0, 2, true), (1, 4, true), (2, 6, true), (3, 6, false)])
    func aRoleThatChangesOnTheWayIsReadAnewTwice(_ changes: Int, _ calls: Int, _ isRead: Bool) async {
        let (source, sender, _) = client(script: Self.restless(changes))
        do throws(SourceFailure) {
            let page = try await source.entities(EntityQuery(.role))
            #expect(isRead)
            guard case .role(let role) = page.entities.first else {
                Issue.record("no role")
                return
            }
            #expect(role.userIDs == [1, 2])
        } catch {
            #expect(!isRead && error.cause == .malformedAnswer, "\(error)")
        }
        #expect(sender.count("/api/2/roles/7001/users") == calls)
    }
}
