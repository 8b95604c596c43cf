import Directory
import HTTPTransport
import OneLogin
import Testing
import Timekeeping

@Suite struct ClientTests {
    static func always(_ answer: HTTPResponse) -> ScriptedSender.Script { RefusalTests.tokenThen(answer) }

    // MARK: Token

    @Test func asksForOneTokenAndUsesItUntilItsEnd() async throws {
        let (source, sender, clock) = client { (request, before) throws(TransportFailure) in
            request.path == Answers.tokenPath
                ? Answers.token("t\(before)", created: before == 0 ? "2026-01-01T00:00:00Z" : "2026-01-01T09:59:30Z")
                : Answers.envelope(#"{"id":1,"name":"Staff"}"#)
        }
        _ = try await source.entities(EntityQuery(.group))
        clock.set(to: Answers.start + .seconds(36_000 - 61))
        _ = try await source.entities(EntityQuery(.group))
        #expect(sender.count(Answers.tokenPath) == 1)
        clock.set(to: Answers.start + .seconds(36_000 - 60))
        _ = try await source.entities(EntityQuery(.group))
        #expect(sender.count(Answers.tokenPath) == 2)
        let used = sender.requests.compactMap { $0.headers["Authorization"] }.filter { $0.hasPrefix("Bearer") }
        #expect(used == ["Bearer t0", "Bearer t0", "Bearer t1"])
        #expect(
            sender.requests.first?.headers["Authorization"]
                == "client_id:\(OneLoginConnection.usualID), client_secret:s3cret")
    }

    @Test func manyCallersShareOneTokenRequest() async throws {
        let (source, sender, _) = client(script: Self.always(Answers.envelope("")))
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { _ = try? await source.entities(EntityQuery(.group)) } }
        }
        #expect(sender.count(Answers.tokenPath) == 1)
        #expect(sender.count("/api/1/groups") == 20)
    }

    @Test func renewsATokenThatIsRefusedOnce() async throws {
        let (source, sender, _) = client { (request, before) throws(TransportFailure) in
            if request.path == Answers.tokenPath { return Answers.token("t\(before)") }
            return request.headers["Authorization"] == "Bearer t1"
                ? Answers.envelope("") : Answers.v1(401, "Unauthorized", "Authentication Failure")
        }
        _ = try await source.entities(EntityQuery(.group))
        #expect(sender.count(Answers.tokenPath) == 2)
        #expect(sender.count("/api/1/groups") == 2)
    }

    @Test func aRejectedCredentialIsNotAskedAgainForAMinute() async {
        let (source, sender, clock) = client { (_, _) throws(TransportFailure) in RefusalTests.unauthorised }
        for _ in 0..<10 { _ = try? await source.entities(EntityQuery(.group)) }
        #expect(sender.count(Answers.tokenPath) == 1)
        clock.advance(by: .seconds(60))
        _ = try? await source.entities(EntityQuery(.group))
        #expect(sender.count(Answers.tokenPath) == 2)
    }

    @Test func readsTheLegacyTokenForm() async throws {
        let (source, _, _) = client { (request, _) throws(TransportFailure) in
            request.path == Answers.tokenPath
                ? Answers.json(#"{"status":{"error":false},"data":[{"access_token":"old","expires_in":36000}]}"#)
                : Answers.envelope("")
        }
        _ = try await source.entities(EntityQuery(.group))
    }

    // MARK: Retries and budget

    struct Fault: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let answer: HTTPResponse
        let waits: TimeSpan
    }

    @Test(arguments: [
        Fault(testDescription: "429 as a page", answer: Answers.page(429), waits: .milliseconds(375)),
        Fault(testDescription: "502", answer: Answers.page(502), waits: .milliseconds(375)),
        Fault(
            testDescription: "429 with the rest of the window",
            answer: HTTPResponse(status: 429, headers: ["X-RateLimit-Reset": "90"]), waits: .milliseconds(90_250)),
        Fault(
            testDescription: "429 with Retry-After", answer: HTTPResponse(status: 429, headers: ["Retry-After": "7"]),
            waits: .milliseconds(7250)),
        Fault(
            testDescription: "the old 400", answer: Answers.v1(400, "bad request", "rate_limit_exceeded"),
            waits: .milliseconds(375)),
        Fault(testDescription: "a cut body", answer: Answers.json(#"{"data":["#), waits: .milliseconds(375)),
    ])
    func waitsOutAFault(_ fault: Fault) async throws {
        let (source, sender, clock) = client { (request, before) throws(TransportFailure) in
            if request.path == Answers.tokenPath { return Answers.token() }
            return before == 0 ? fault.answer : Answers.envelope(#"{"id":1,"name":"Staff"}"#)
        }
        let page = try await source.entities(EntityQuery(.group))
        #expect(page.entities == [.group(Group(id: 1, name: "Staff"))])
        #expect(sender.count("/api/1/groups") == 2)
        #expect(clock.now() - Answers.start == fault.waits)
    }

    @Test func keepsTheReserveForEvents() async throws {
        let headers: HTTPHeaders = [
            "X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "150", "X-RateLimit-Reset": "600",
        ]
        let (source, sender, clock) = client { (request, _) throws(TransportFailure) in
            if request.path == Answers.tokenPath { return Answers.token() }
            var answer = Answers.envelope("")
            for line in headers { answer.headers[line.name] = line.value }
            return answer
        }
        _ = try await source.entities(EntityQuery(.group))
        do throws(SourceFailure) {
            _ = try await source.entities(EntityQuery(.group))
            Issue.record("the reserve was spent")
        } catch {
            #expect(error.cause == .rateLimited)
            #expect(error.retryAfter == .seconds(600))
        }
        #expect(sender.count("/api/1/groups") == 1)
        _ = try await source.activities(ActivityQuery(since: Answers.start))
        clock.advance(by: .seconds(600))
        _ = try await source.entities(EntityQuery(.group))
        #expect(sender.count("/api/1/groups") == 2)
    }

    // MARK: Pages

    @Test func followsCursorsOfV1AndNotTheLengthOfPages() async throws {
        let (source, sender, _) = client { (request, _) throws(TransportFailure) in
            if request.path == Answers.tokenPath { return Answers.token() }
            return request.url.contains("after_cursor=YQ%3D%3D")
                ? Answers.envelope(#"[{"id":2,"name":"b"}]"#) : Answers.envelope("", next: "YQ==")
        }
        let first = try await source.entities(EntityQuery(.group))
        #expect(first.entities.isEmpty)
        #expect(first.next == "YQ==")
        let second = try await source.entities(EntityQuery(.group, cursor: first.next))
        #expect(second.entities.map(\.id) == ["2"])
        #expect(second.next == nil)
        #expect(sender.count("/api/1/groups") == 2)
    }

    @Test func sendsACursorOfV2Alone() async throws {
        let (source, sender, _) = client { (request, before) throws(TransportFailure) in
            if request.path == Answers.tokenPath { return Answers.token() }
            return Answers.json(
                #"[{"id":\#(before),"name":"a"}]"#,
                headers: before == 0 ? ["After-Cursor": "c=1"] : ["After-Cursor": ""])
        }
        let first = try await source.entities(EntityQuery(.app))
        let last = try await source.entities(EntityQuery(.app, cursor: first.next))
        #expect(last.next == nil)
        let urls = sender.requests.filter { $0.path == "/api/2/apps" }.map(\.url)
        #expect(
            urls == [
                "https://acme.onelogin.com/api/2/apps?limit=100", "https://acme.onelogin.com/api/2/apps?cursor=c%3D1",
            ])
    }

    @Test func countsPagesOfV2WhereThereIsNoCursor() async throws {
        let (source, sender, _) = client { (request, _) throws(TransportFailure) in
            if request.path == Answers.tokenPath { return Answers.token() }
            return Answers.json("[]", headers: ["Total-Pages": "2", "Total-Count": "101"])
        }
        let first = try await source.entities(EntityQuery(.app))
        #expect(first.total == 101)
        let last = try await source.entities(EntityQuery(.app, cursor: first.next))
        #expect(last.next == nil)
        #expect(sender.requests.last?.url.hasSuffix("?limit=100&page=2") == true)
    }

    @Test func aCursorThatNamesItselfIsALoop() async {
        let (source, _, _) = client(script: Self.always(Answers.envelope(#"{"id":1,"name":"a"}"#, next: "same")))
        do throws(SourceFailure) {
            _ = try await source.entities(EntityQuery(.group, cursor: "same"))
            Issue.record("the loop was not seen")
        } catch {
            #expect(error.cause == .malformedAnswer)
        }
        do throws(SourceFailure) {
            _ = try await source.activities(ActivityQuery(since: Answers.start, cursor: "same"))
            Issue.record("the loop was not seen")
        } catch {
            #expect(error.cause == .malformedAnswer)
        }
    }
}
