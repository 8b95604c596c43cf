import Directory
import HTTPTransport
import OneLogin
import Testing
import Timekeeping

/// Each way in which a connection can be wrong has a message of its own with a remedy.
@Suite struct RefusalTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var connection = OneLoginConnection.acme()
        let script: ScriptedSender.Script
        let cause: SourceFailure.Cause
        let answerHolds: String
        let remedyHolds: String
    }

    static let unauthorised = Answers.v1(401, "Unauthorized", "Authentication Failure")

    static func tokenThen(_ answer: HTTPResponse) -> ScriptedSender.Script {
        { (request, _) throws(TransportFailure) in request.path == Answers.tokenPath ? Answers.token() : answer }
    }

    static let rows = [
        Row(
            testDescription: "a secret with a blank inside", connection: .acme(secret: "abc def"),
            script: { (_, _) throws(TransportFailure) in Answers.token() }, cause: .secretHasBlank,
            answerHolds: "white space inside", remedyHolds: "copy the secret again"),
        Row(
            testDescription: "a client id of another form", connection: .acme(id: "4711"),
            script: { (_, _) throws(TransportFailure) in unauthorised }, cause: .credentialsRejected,
            answerHolds: "the client id is not what OneLogin gives out", remedyHolds: "copy the Client ID"),
        Row(
            testDescription: "a wrong secret, or an id that was deleted",
            script: { (_, _) throws(TransportFailure) in unauthorised }, cause: .credentialsRejected,
            answerHolds: "the client id `ababab…` has the right form",
            remedyHolds: "the secret is wrong or was regenerated"),
        Row(
            testDescription: "a scope that is missing, as v1 says it",
            script: tokenThen(Answers.v1(401, "Unauthorized", "Insufficient Permission")), cause: .scopeMissing,
            answerHolds: "Insufficient Permission", remedyHolds: "`Read All`"),
        Row(
            testDescription: "a scope that is missing, as v2 says it",
            script: tokenThen(Answers.v2(401, "UnauthorizedError", "Unauthorized")), cause: .scopeMissing,
            answerHolds: "also with a new token", remedyHolds: "`Read All`"),
        Row(
            testDescription: "a subdomain without an address",
            script: { (request, _) throws(TransportFailure) in throw .nameNotFound(host: request.host) },
            cause: .tenantUnknown, answerHolds: "no OneLogin account answers as `acme`",
            remedyHolds: "check the subdomain"),
        Row(
            testDescription: "a subdomain that leads to a web page",
            script: { (_, _) throws(TransportFailure) in Answers.page(404) }, cause: .tenantUnknown,
            answerHolds: "status 404", remedyHolds: "check the subdomain"),
        Row(
            testDescription: "a subdomain that leads elsewhere",
            script: { (_, _) throws(TransportFailure) in HTTPResponse(status: 302) }, cause: .tenantUnknown,
            answerHolds: "status 302", remedyHolds: "check the subdomain"),
        Row(
            testDescription: "a host that is dead",
            script: { (request, _) throws(TransportFailure) in throw .refused(host: request.host) },
            cause: .unreachable, answerHolds: "refused the connection", remedyHolds: "firewall"),
        Row(
            testDescription: "a certificate that is not trusted",
            script: { (request, _) throws(TransportFailure) in throw .tls(host: request.host, detail: "not trusted") },
            cause: .unreachable, answerHolds: "TLS with", remedyHolds: "CA"),
        Row(
            testDescription: "a clock that is wrong",
            script: { (_, _) throws(TransportFailure) in
                var answer = unauthorised
                answer.headers["Date"] = "Thu, 01 Jan 2026 00:10:00 GMT"
                return answer
            }, cause: .clockSkew, answerHolds: "10m behind", remedyHolds: "set the clock"),
        Row(
            testDescription: "a credential whose owner was deleted",
            script: tokenThen(Answers.v1(500, "Internal Server Error", "oops")), cause: .serverFault,
            answerHolds: "status 500", remedyHolds: "owner was deleted"),
        Row(
            testDescription: "a rate limit that stays",
            script: tokenThen(Answers.page(429)), cause: .rateLimited, answerHolds: "429", remedyHolds: "5000 calls"),
        Row(
            testDescription: "an answer that is cut off",
            script: tokenThen(Answers.json(#"{"status":{"err"#)), cause: .malformedAnswer, answerHolds: "cut off",
            remedyHolds: "try again"),
    ]

    @Test(arguments: rows)
    func saysTheCauseAndTheRemedy(_ row: Row) async {
        let (source, _, _) = client(row.connection, script: row.script)
        do throws(SourceFailure) {
            _ = try await source.entities(EntityQuery(.group))
            Issue.record("nothing was thrown")
        } catch {
            #expect(error.cause == row.cause)
            #expect(error.answer.contains(row.answerHolds), "\(error.answer)")
            #expect(error.remedy.contains(row.remedyHolds), "\(error.remedy)")
            #expect(!"\(error)".contains("s3cret"))
        }
    }

    @Test func sixMessagesDiffer() async {
        var remedies: Set<String> = []
        for row in Self.rows.prefix(4) + Self.rows[5...8] {
            let (source, _, _) = client(row.connection, script: row.script)
            do throws(SourceFailure) { _ = try await source.entities(EntityQuery(.group)) } catch {
                remedies.insert(error.answer + error.remedy)
            }
        }
        #expect(remedies.count >= 7)
    }

    @Test(arguments: [" s3cret", "s3cret\n", "\ts3cret \r\n"])
    func blanksAroundASecretAreTakenOff(_ secret: String) {
        let connection = OneLoginConnection.acme(secret: secret)
        #expect(connection.clientSecret == Secret("s3cret"))
        #expect(connection.warnings == [.blankTrimmed("client secret")])
        #expect(connection.flaw == nil)
    }

    @Test(arguments: [
        ("acme", OneLoginConnection.Region.us, String?.none, "https://acme.onelogin.com"),
        ("", .eu, nil, "https://api.eu.onelogin.com"),
        ("acme", .us, "http://127.0.0.1:8080/api/1?x", "http://127.0.0.1:8080"),
    ])
    func findsTheHost(_ subdomain: String, _ region: OneLoginConnection.Region, _ base: String?, _ expected: String) {
        let connection = OneLoginConnection(
            subdomain: subdomain, region: region, clientID: "x", clientSecret: Secret("y"), baseURL: base)
        #expect(connection.baseURL == expected)
    }

    @Test(arguments: ["https://acme", "acme.onelogin.com", "a b"])
    func namesASubdomainThatIsNone(_ subdomain: String) {
        #expect(OneLoginConnection.acme(subdomain: subdomain).flaw?.cause == .tenantUnknown)
    }

    @Test(arguments: [
        (Answers.v1(400, "bad request", "wrong"), "wrong"),
        (
            Answers.json(#"{"status":{"message":{"attribute":"id","description":"no integer"}}}"#, status: 400),
            "id: no integer"
        ),
        (Answers.v2(422, "UnprocessableEntityError", "Validation failed"), "Validation failed"),
        (
            Answers.json(#"{"status":400,"error":"BadRequestError","description":"bad cursor"}"#, status: 400),
            "bad cursor"
        ),
        (
            Answers.json(#"{"message":"no","errors":[{"field":"email","message":["taken"]}]}"#, status: 422),
            "no (email: taken)"
        ),
        (Answers.json(#"{"messages":["one","two"]}"#, status: 400), "one, two"),
        (Answers.page(418), "a web page"),
        (HTTPResponse(status: 418), "no body"),
    ])
    func readsEveryShapeOfError(_ answer: HTTPResponse, _ words: String) async {
        let (source, _, _) = client(script: Self.tokenThen(answer))
        do throws(SourceFailure) {
            _ = try await source.entities(EntityQuery(.group))
            Issue.record("nothing was thrown")
        } catch {
            #expect(error.answer.contains(words.prefix(12)), "\(error.answer)")
        }
    }
}
