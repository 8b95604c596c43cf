import HTTPTransport
import Testing

@Suite struct RetryPolicyTests {
    static let policy = RetryPolicy(
        tries: 4, baseMilliseconds: 500, capMilliseconds: 1500, longestRetryAfterMilliseconds: 60_000)

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let attempt: Int
        let outcome: RetryPolicy.Outcome
        let random: Double
        let decision: RetryPolicy.Decision
    }

    @Test(arguments: [
        Row(
            testDescription: "the first wait, least", attempt: 1, outcome: .status(503), random: 0,
            decision: .retry(afterMilliseconds: 250)),
        Row(
            testDescription: "the first wait, most", attempt: 1, outcome: .status(503), random: 1,
            decision: .retry(afterMilliseconds: 500)),
        Row(
            testDescription: "the second wait doubles", attempt: 2, outcome: .status(429), random: 1,
            decision: .retry(afterMilliseconds: 1000)),
        Row(
            testDescription: "the third is held by the cap", attempt: 3, outcome: .status(502), random: 1,
            decision: .retry(afterMilliseconds: 1500)),
        Row(
            testDescription: "the last try is the last", attempt: 4, outcome: .status(502), random: 0,
            decision: .giveUp(.triesUsedUp(4))),
        Row(
            testDescription: "the server's wait counts", attempt: 1,
            outcome: .status(429, retryAfterMilliseconds: 60_000), random: 0.5,
            decision: .retry(afterMilliseconds: 60_250)),
        Row(
            testDescription: "a wait longer than the limit is not waited", attempt: 1,
            outcome: .status(429, retryAfterMilliseconds: 60_001), random: 0,
            decision: .giveUp(.waitTooLong(milliseconds: 60_001))),
        Row(
            testDescription: "not found stays not found", attempt: 1, outcome: .status(404), random: 0,
            decision: .giveUp(.final)),
        Row(
            testDescription: "a refused connection may heal", attempt: 1,
            outcome: .failure(.refused(host: "a.example")), random: 0, decision: .retry(afterMilliseconds: 250)),
        Row(
            testDescription: "a bad certificate does not", attempt: 1,
            outcome: .failure(.tls(host: "a.example", detail: "expired")), random: 0, decision: .giveUp(.final)),
    ])
    func decides(_ row: Row) {
        #expect(Self.policy.decide(attempt: row.attempt, outcome: row.outcome, random: row.random) == row.decision)
    }

    @Test func manyAttemptsDoNotOverflow() {
        let policy = RetryPolicy(tries: 1000, baseMilliseconds: Int64.max / 4, capMilliseconds: Int64.max / 2)
        #expect(policy.waitMilliseconds(attempt: 900, random: 1) <= Int64.max / 2)
    }
}

@Suite struct HTTPDateTests {
    @Test(arguments: [
        ("Sun, 06 Nov 1994 08:49:37 GMT", Int64(784_111_777)),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199),
        ("Fri, 01 Mar 2024 00:00:00 GMT", 1_709_251_200),
        ("Mon, 01 Mar 2100 00:00:00 GMT", 4_107_542_400),
    ])
    func readsDates(_ text: String, _ seconds: Int64) {
        #expect(HTTPDate.seconds(text) == seconds)
    }

    @Test(arguments: [
        "", "1994-11-06", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 32 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nix 1994 08:49:37 GMT",
    ])
    func refusesOtherText(_ text: String) {
        #expect(HTTPDate.seconds(text) == nil)
    }

    @Test(arguments: [
        ("120", Int64?(120_000)), ("0", 0), (" 7", 7000), ("-1", nil), ("soon", nil),
        ("Thu, 01 Jan 1970 00:01:00 GMT", 50_000), ("Thu, 01 Jan 1970 00:00:05 GMT", 0),
    ])
    func readsRetryAfter(_ value: String, _ expected: Int64?) {
        #expect(HTTPDate.retryAfterMilliseconds(value, nowSeconds: 10) == expected)
    }
}

@Suite struct SecretTests {
    @Test func printsNothingOfItself() {
        let secret = Secret("hunter2")
        var dumped = ""
        dump(secret, to: &dumped)
        let optional: Secret? = secret
        for text in ["\(secret)", String(reflecting: secret), String(describing: optional), dumped] {
            #expect(!text.contains("hunter2"))
        }
        #expect(secret.reveal() == "hunter2")
    }

    @Test func comparesByText() {
        #expect(Secret("a") == Secret("a"))
        #expect(Secret("a") != Secret("b"))
        #expect(Secret("a") != Secret("ab"))
    }
}

@Suite struct HTTPRequestTests {
    @Test(arguments: [
        ("https://a.example/x/y?z=1", "/x/y", "a.example"), ("http://a.example", "/", "a.example"),
        ("http://u:p@[::1]:80/q#f", "/q", "::1"), ("nothing", "/", ""), ("https://a.example?b=/c", "/", "a.example"),
    ])
    func partsOfTheURL(_ url: String, _ path: String, _ host: String) {
        let request = HTTPRequest(.get, url)
        #expect(request.path == path)
        #expect(request.host == host)
    }

    @Test func headersCompareWithoutCase() {
        var headers: HTTPHeaders = ["Content-Type": "text/html"]
        headers.add("X-A", "1")
        headers.add("x-a", "2")
        #expect(headers["content-type"] == "text/html")
        #expect(headers["X-A"] == "1")
        headers["x-A"] = "3"
        #expect(headers.filter { $0.name.lowercased() == "x-a" }.map(\.value) == ["3"])
    }

    @Test func printsNeitherHeadersNorBody() {
        let request = HTTPRequest(
            .post, "https://a.example/t?key=k1", headers: ["Authorization": "Bearer k2"], body: Array("k3".utf8))
        #expect("\(request)" == "POST /t")
    }
}
