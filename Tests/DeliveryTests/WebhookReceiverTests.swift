import Alerting
import Delivery
import HTTPTransport
import Testing
import Timekeeping

@Suite struct WebhookReceiverTests {
    static func deliver(_ answer: ScriptedSender.Answer) async throws -> (DeliveryOutcome, HTTPRequest) {
        let sender = ScriptedSender([answer])
        let receiver = WebhookReceiver(
            name: "hook", url: "https://hooks.example.test/in",
            secrets: [try WebhookSecret(Secret(Fixture.secretText))],
            sender: sender, userAgent: "tocsin/1.0")
        let outcome = await receiver.deliver(try Fixture.notice(), at: Fixture.at(30))
        return (outcome, try #require(sender.requests.first))
    }

    @Test func theRequestIsSignedOverTheBytesThatAreSent() async throws {
        let (outcome, request) = try await Self.deliver(ScriptedSender.status(200))
        let notice = try Fixture.notice()
        #expect(outcome == .delivered(status: 200))
        #expect(request.method == .post && request.url == "https://hooks.example.test/in")
        #expect(request.headers["webhook-id"] == notice.id)
        #expect(request.headers["webhook-timestamp"] == "1767225630")
        #expect(request.headers["user-agent"] == "tocsin/1.0")
        #expect(request.headers["content-type"] == "application/json")
        #expect(request.body == NoticeDocument.webhookBody(notice))
        let verdict = WebhookSignature.verify(
            request.headers, body: request.body, secrets: [try WebhookSecret(Secret(Fixture.secretText))],
            now: Fixture.at(30))
        #expect(verdict == .valid)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let answer: ScriptedSender.Answer
        let outcome: DeliveryOutcome
    }

    @Test(arguments: [
        Row(testDescription: "299", answer: ScriptedSender.status(299), outcome: .delivered(status: 299)),
        Row(
            testDescription: "a redirect is not followed",
            answer: ScriptedSender.status(301, ["location": "https://other.example.test"]),
            outcome: .refused(status: 301, retryAfter: nil)),
        Row(
            testDescription: "500", answer: ScriptedSender.status(500),
            outcome: .refused(status: 500, retryAfter: nil)),
        Row(
            testDescription: "a wait in seconds", answer: ScriptedSender.status(429, ["Retry-After": "120"]),
            outcome: .refused(status: 429, retryAfter: .seconds(120))),
        Row(
            testDescription: "a wait until a date",
            answer: ScriptedSender.status(503, ["Retry-After": "Thu, 01 Jan 2026 00:01:00 GMT"]),
            outcome: .refused(status: 503, retryAfter: .seconds(30))),
        Row(
            testDescription: "a wait that is none", answer: ScriptedSender.status(503, ["Retry-After": "soon"]),
            outcome: .refused(status: 503, retryAfter: nil)),
        Row(
            testDescription: "no answer", answer: .failure(.timedOut(.deadline, afterMilliseconds: 15_000)),
            outcome: .unanswered(cause: "no whole answer within 15000 ms")),
        Row(
            testDescription: "an answer without end", answer: .failure(.bodyTooLarge(limitBytes: 65_536)),
            outcome: .unanswered(cause: "the answer was longer than 65536 bytes")),
        Row(testDescription: "we stop", answer: .failure(.cancelled), outcome: .cancelled),
    ])
    func readsTheAnswer(_ row: Row) async throws {
        #expect(try await Self.deliver(row.answer).0 == row.outcome)
    }

    @Test func withoutSecretsItIsUnsignedButHasItsID() async throws {
        let sender = ScriptedSender()
        let receiver = WebhookReceiver(name: "hook", url: "http://127.0.0.1:9/", secrets: [], sender: sender)
        _ = await receiver.deliver(try Fixture.notice(), at: Fixture.start)
        let headers = try #require(sender.requests.first).headers
        #expect(headers["webhook-id"] == (try Fixture.notice().id))
        #expect(headers["webhook-signature"] == nil)
    }
}
