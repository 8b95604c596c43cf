import Foundation
import HTTPTransport
import Testing
import Timekeeping

@testable import Delivery

@Suite struct WebhookSignatureTests {
    static let sentAt = Timestamp(seconds: 1_614_265_330)
    static let body = Array(#"{"test": 2432232314}"#.utf8)
    static let id = "msg_p5jXN8AQM9LWM0D4loKWxJek"
    static let signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    static var secret: WebhookSecret { get throws { try WebhookSecret(Secret(Fixture.secretText)) } }
    static var otherSecret: WebhookSecret {
        get throws { try WebhookSecret(Secret("whsec_" + Data(repeating: 9, count: 24).base64EncodedString())) }
    }

    /// The published example of the specification.
    @Test func signsTheExampleOfTheSpecification() throws {
        let headers = WebhookSignature.headers(
            id: Self.id, at: Self.sentAt, body: Self.body, secrets: [try Self.secret])
        #expect(headers["webhook-id"] == Self.id)
        #expect(headers["webhook-timestamp"] == "1614265330")
        #expect(headers["webhook-signature"] == Self.signature)
    }

    @Test func eachSecretSignsWhileTheyAreChanged() throws {
        let secrets = [try Self.otherSecret, try Self.secret]
        let headers = WebhookSignature.headers(id: Self.id, at: Self.sentAt, body: Self.body, secrets: secrets)
        let signatures = headers["webhook-signature"]?.split(separator: " ").map(String.init)
        #expect(signatures?.count == 2 && signatures?.last == Self.signature)
        for secret in secrets {
            #expect(
                WebhookSignature.verify(headers, body: Self.body, secrets: [secret], now: Self.sentAt) == .valid)
        }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var signature = WebhookSignatureTests.signature
        var timestamp = "1614265330"
        var id = WebhookSignatureTests.id
        var body = WebhookSignatureTests.body
        /// Seconds from sending to now.
        var age: Int64 = 0
        let verdict: WebhookSignature.Verdict
    }

    @Test(arguments: [
        Row(testDescription: "as it was sent", verdict: .valid),
        Row(testDescription: "after a wrong one", signature: "v1,AAAA " + signature, verdict: .valid),
        Row(testDescription: "after another version", signature: "v1a,AAAA v9,xx " + signature, verdict: .valid),
        Row(testDescription: "five minutes old", age: 300, verdict: .valid),
        Row(testDescription: "a second older", age: 301, verdict: .tooOld),
        Row(testDescription: "five minutes ahead", age: -300, verdict: .valid),
        Row(testDescription: "a second further ahead", age: -301, verdict: .tooNew),
        Row(testDescription: "another body", body: Array("{}".utf8), verdict: .noMatch),
        Row(testDescription: "a body that is no UTF-8", body: [0xff, 0xfe, 0], verdict: .noMatch),
        Row(testDescription: "another id", id: "msg_other", verdict: .noMatch),
        Row(testDescription: "an empty id", id: "", verdict: .headerMissing("webhook-id")),
        Row(testDescription: "no signature", signature: "", verdict: .headerMissing("webhook-signature")),
        Row(testDescription: "a signature without comma", signature: "v1", verdict: .noMatch),
        Row(testDescription: "with two commas", signature: signature + ",x", verdict: .noMatch),
        Row(testDescription: "no base 64", signature: "v1,not base 64!", verdict: .noMatch),
        Row(testDescription: "cut short", signature: String(signature.dropLast(4)), verdict: .noMatch),
        Row(testDescription: "only commas and blanks", signature: ",, , ,,,", verdict: .noMatch),
        Row(testDescription: "words for a time", timestamp: "yesterday", verdict: .timestampUnreadable),
        Row(testDescription: "a negative time", timestamp: "-5", verdict: .timestampUnreadable),
        Row(
            testDescription: "a time of many digits", timestamp: String(repeating: "9", count: 400),
            verdict: .timestampUnreadable),
        Row(testDescription: "a time with a sign", timestamp: "+1614265330", verdict: .timestampUnreadable),
    ])
    func verifies(_ row: Row) throws {
        let headers: HTTPHeaders = [
            "Webhook-Id": row.id, "Webhook-Timestamp": row.timestamp, "Webhook-Signature": row.signature,
        ]
        let verdict = WebhookSignature.verify(
            headers, body: row.body, secrets: [try Self.secret], now: Self.sentAt + .seconds(row.age))
        #expect(verdict == row.verdict)
    }

    @Test func randomBytesGiveAVerdict() throws {
        let seed = UInt64.random(in: 1...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        let secrets = [try Self.secret]
        for _ in 0..<2000 {
            func text() -> String {
                let bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                    UInt8.random(in: 0...255, using: &generator)
                }
                return String(decoding: bytes, as: UTF8.self)
            }
            let headers: HTTPHeaders = [
                "webhook-id": text(), "webhook-timestamp": Bool.random(using: &generator) ? "1614265330" : text(),
                "webhook-signature": Bool.random(using: &generator) ? "v1," + text() : text(),
            ]
            let verdict = WebhookSignature.verify(
                headers, body: Array(text().utf8), secrets: secrets, now: Self.sentAt)
            #expect(verdict != .valid, "seed \(seed)")
        }
    }

    @Test(arguments: [
        ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", WebhookSecret.Problem.prefixMissing),
        ("whsec_%%%", .notBase64),
        ("whsec_" + Data(repeating: 1, count: 23).base64EncodedString(), .wrongLength(23)),
        ("whsec_" + Data(repeating: 1, count: 65).base64EncodedString(), .wrongLength(65)),
    ])
    func badSecretsAreTold(_ text: String, _ problem: WebhookSecret.Problem) {
        #expect(throws: problem) { _ = try WebhookSecret(Secret(text)) }
    }

    @Test(arguments: [24, 64])
    func goodSecretsMayHaveABlankAround(_ count: Int) throws {
        let text = " whsec_" + Data(repeating: 1, count: count).base64EncodedString() + "\n"
        #expect(throws: Never.self) { _ = try WebhookSecret(Secret(text)) }
    }
}

/// The library that receivers use, as the judge; `TOCSIN_PYTHON` names an interpreter that has it.
@Suite struct StandardWebhooksLibraryTests {
    static let interpreter = ProcessInfo.processInfo.environment["TOCSIN_PYTHON"]

    @Test(.enabled(if: interpreter != nil, "TOCSIN_PYTHON names no interpreter that has `standardwebhooks`"))
    func itVerifiesOurWebhooks() throws {
        let python = try #require(Self.interpreter)
        let now = SystemClock().now()
        let receiver = WebhookReceiver(
            name: "hook", url: "https://hooks.example.test/in",
            secrets: [try WebhookSignatureTests.otherSecret, try WebhookSignatureTests.secret],
            sender: ScriptedSender())
        let request = receiver.request(
            try Fixture.notice(Fixture.finding(message: "Zoë \u{1b}[31m \"x\"")), at: now)
        let script = """
            import json, sys
            from standardwebhooks import Webhook
            call = json.load(sys.stdin)
            body = Webhook(call["secret"]).verify(call["body"], call["headers"])
            print(body["type"], body["data"]["rule"])
            """
        let call = Call(
            secret: Fixture.secretText, body: String(decoding: request.body, as: UTF8.self),
            headers: Dictionary(uniqueKeysWithValues: request.headers.map { ($0.name, $0.value) }))
        #expect(try run(python, script, JSONEncoder().encode(call)) == "alert.opened mfa-removed\n")
    }

    private struct Call: Encodable {
        let secret: String
        let body: String
        let headers: [String: String]
    }

    private func run(_ python: String, _ script: String, _ input: Data) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = ["-c", script]
        let (stdin, stdout) = (Pipe(), Pipe())
        process.standardInput = stdin
        process.standardOutput = stdout
        try process.run()
        stdin.fileHandleForWriting.write(input)
        try stdin.fileHandleForWriting.close()
        let output = stdout.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: output, as: UTF8.self)
    }
}
