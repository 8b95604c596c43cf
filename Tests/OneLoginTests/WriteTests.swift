import Directory
import HTTPTransport
import OneLogin
import Testing
import Timekeeping

/// What an answer to a change says of whether it was made.
@Suite struct WriteTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let answer: HTTPResponse
        let cause: SourceFailure.Cause
        var remedy = ""
    }

    @Test(arguments: [
        Row(
            testDescription: "400", answer: Answers.v2(400, "BadRequestError", "unknown: x"), cause: .refused),
        Row(
            testDescription: "403", answer: RefusedReadTests.forbidden, cause: .refused,
            remedy: "use a credential that may change this user"),
        Row(
            testDescription: "404", answer: RefusedReadTests.gone, cause: .refused,
            remedy: "look whether the user, role, group or factor is still there"),
        Row(
            testDescription: "409", answer: Answers.v2(409, "ConflictError", "exists"), cause: .refused,
            remedy: "mend in OneLogin what the answer names"),
        Row(
            testDescription: "422", answer: Answers.v2(422, "UnprocessableEntityError", "Validation failed"),
            cause: .refused, remedy: "mend in OneLogin what the answer names"),
        Row(testDescription: "425", answer: Answers.v2(425, "TooEarly", "too early"), cause: .refused),
        Row(testDescription: "404 as a page", answer: Answers.page(404), cause: .tenantUnknown),
        Row(testDescription: "429", answer: Answers.page(429), cause: .rateLimited),
        Row(
            testDescription: "the old 400", answer: Answers.v1(400, "bad request", "rate_limit_exceeded"),
            cause: .rateLimited),
        Row(testDescription: "408", answer: Answers.v2(408, "Timeout", "timeout"), cause: .serverFault),
        Row(testDescription: "500", answer: Answers.v2(500, "Error", "oops"), cause: .serverFault),
        Row(testDescription: "501", answer: Answers.v2(501, "Error", "oops"), cause: .serverFault),
        Row(testDescription: "502", answer: Answers.page(502), cause: .serverFault),
    ])
    func aRefusalSaysWhetherTheChangeMayHaveBeenMade(_ row: Row) async {
        let (tenant, sender, _) = client(script: RefusalTests.tokenThen(row.answer))
        do throws(SourceFailure) {
            try await tenant.perform(.suspend, userID: 7)
            Issue.record("nothing was thrown")
        } catch {
            #expect(error.cause == row.cause)
            #expect(error.remedy.hasPrefix(row.remedy), "\(error.remedy)")
            #expect(error.attempt == "PUT /api/2/users/7")
        }
        #expect(sender.count("/api/2/users/7") == 1, "no change is sent twice by itself")
    }
}

/// Clients of one account spend from one budget, those of another have their own.
@Suite struct SharedBudgetTests {
    @Test func whatOneCredentialSpendsAnotherOfTheAccountDoesNotHave() async throws {
        let budgets = RateBudgets()
        func client(_ subdomain: String, id: String = OneLoginConnection.usualID) -> OneLoginClient {
            let sender = ScriptedSender { (request, _) in
                if request.path == Answers.tokenPath { return Answers.token() }
                var answer = Answers.envelope("")
                answer.headers["X-RateLimit-Remaining"] = "150"
                answer.headers["X-RateLimit-Reset"] = "600"
                return answer
            }
            return OneLoginClient(
                .acme(id: id, subdomain: subdomain), sender: sender, clock: ManualClock(Answers.start),
                budgets: budgets)
        }
        _ = try await client("acme").entities(EntityQuery(.group))
        let other = client("ACME", id: String(repeating: "cd", count: 32))
        #expect(await other.health().budget?.remaining == 150)
        await #expect(throws: SourceFailure.self) { _ = try await other.entities(EntityQuery(.group)) }
        _ = try await client("corp").entities(EntityQuery(.group))
    }
}
