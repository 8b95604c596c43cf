import Foundation
import Testing
import Timekeeping

@testable import OneLoginSimulator

@Suite struct AuthenticationTests {
    static let id = SimulatorOptions.fakeClientID
    static let secret = SimulatorOptions.fakeClientSecret
    static let grant = #"{"grant_type":"client_credentials"}"#

    struct Form: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var target = "/auth/oauth2/v2/token"
        var headers: [String: String] = [:]
        var body = AuthenticationTests.grant
    }

    static let forms = [
        Form(testDescription: "named pairs", headers: ["authorization": "client_id:\(id),client_secret:\(secret)"]),
        Form(
            testDescription: "named pairs with blanks",
            headers: ["authorization": "client_id: \(id), client_secret: \(secret)"]),
        Form(
            testDescription: "basic",
            headers: ["authorization": "Basic " + Data("\(id):\(secret)".utf8).base64EncodedString()]),
        Form(
            testDescription: "form", headers: ["content-type": "application/x-www-form-urlencoded"],
            body: "grant_type=client_credentials&client_id=\(id)&client_secret=\(secret)"),
        Form(
            testDescription: "grant as a parameter", target: "/auth/oauth2/v2/token?grant_type=client_credentials",
            headers: ["authorization": "client_id:\(id), client_secret:\(secret)"], body: ""),
    ]

    @Test(arguments: forms)
    func everyFormOfClientAuthenticationGivesTheSameToken(_ form: Form) throws {
        var desk = try Desk()
        let reply = desk.send("POST", form.target, headers: form.headers, body: form.body)
        #expect(reply.status == 200)
        #expect(reply.json["access_token"] as? String == desk.token)
        #expect(desk.token.count == 64)
        #expect(reply.json["expires_in"] as? Int == 36_000)
        #expect(reply.json["token_type"] as? String == "bearer")
    }

    static let wrong = [
        Form(testDescription: "wrong secret", headers: ["authorization": "client_id:\(id),client_secret:no"]),
        Form(testDescription: "wrong id", headers: ["authorization": "client_id:no,client_secret:\(secret)"]),
        Form(
            testDescription: "a blank inside the secret",
            headers: ["authorization": "client_id:\(id),client_secret:\(secret.prefix(9)) \(secret.dropFirst(9))"]),
    ]

    @Test(arguments: wrong)
    func aWrongPairIsRefusedWithTheRecordedBytes(_ form: Form) throws {
        var desk = try Desk()
        let reply = desk.send("POST", form.target, headers: form.headers, body: form.body)
        #expect(reply.status == 401)
        #expect(
            reply.text
                == #"{"status":{"error":true,"code":401,"type":"Unauthorized","message":"Authentication Failure"}}"#)
        #expect(reply.body.count == 93)
    }

    @Test func aMissingHeaderAndAWrongGrantAreBadRequests() throws {
        var desk = try Desk()
        let none = desk.send("POST", "/auth/oauth2/v2/token", body: Self.grant)
        #expect(none.status == 400)
        #expect(none.text.contains("Authorization Information is incorrect"))
        let grant = desk.send(
            "POST", "/auth/oauth2/v2/token", headers: Self.forms[0].headers, body: #"{"grant_type":"password"}"#)
        #expect(grant.status == 400)
        #expect(grant.text.contains("grant_type"))
    }

    @Test func aTokenLastsFromItsFirstIssue() throws {
        var desk = try Desk { $0.tokenLifetime = .seconds(600) }
        let first = desk.token
        desk.clock.advance(by: .milliseconds(599_999))
        #expect(try desk.signIn() == first)
        #expect(desk.get("/api/2/users?limit=1").status == 200)
        desk.clock.advance(by: .milliseconds(1))
        #expect(desk.get("/api/2/users?limit=1").status == 401)
        let second = desk.send("POST", "/auth/oauth2/v2/token", headers: Self.forms[0].headers, body: Self.grant)
        #expect(second.json["access_token"] as? String != first)
        #expect(second.json["created_at"] as? String == WireTime.text(desk.clock.now().milliseconds))
    }

    @Test func theOldEndpointWrapsTheTokenAndEndsTheOneBefore() throws {
        var desk = try Desk()
        let reply = desk.send("POST", "/auth/oauth2/token", headers: Self.forms[0].headers, body: Self.grant)
        #expect(reply.rows.count == 1)
        #expect(reply.rows.first?["access_token"] as? String != desk.token)
        #expect(desk.get("/api/1/users?limit=1").text.contains("Authentication Failure"))
    }

    @Test func aRevokedTokenIsNoLongerGood() throws {
        var desk = try Desk()
        let body = #"{"access_token":"\#(desk.token)"}"#
        let reply = desk.send("POST", "/auth/oauth2/revoke", headers: Self.forms[0].headers, body: body)
        #expect(reply.status == 200)
        #expect(desk.get("/api/2/users?limit=1").status == 401)
        #expect(desk.send("POST", "/auth/oauth2/revoke", headers: Self.forms[0].headers, body: body).status == 400)
    }

    @Test(arguments: ["Bearer ", "bearer:", "bearer ", "Bearer:", "bearer: "])
    func everySpellingOfBearerIsRead(_ prefix: String) throws {
        var desk = try Desk()
        let headers = ["authorization": prefix + desk.token]
        #expect(desk.send("GET", "/api/1/groups", headers: headers).status == 200)
    }

    @Test func aHundredTokenCallsASecondAreFine() throws {
        var desk = try Desk()
        var statuses: [Int] = []
        for _ in 0..<100 {
            statuses.append(
                desk.send("POST", "/auth/oauth2/v2/token", headers: Self.forms[0].headers, body: Self.grant).status)
        }
        // The desk itself asked for one.
        #expect(statuses.prefix(99).allSatisfy { $0 == 200 })
        #expect(statuses.last == 429)
        let page = desk.send("POST", "/auth/oauth2/v2/token", headers: Self.forms[0].headers, body: Self.grant)
        #expect(page.header("Content-Type") == "text/html")
        #expect(page.body.count == 117)
        #expect(page.header("Retry-After") == nil)
        desk.clock.advance(by: .seconds(1))
        #expect(
            desk.send("POST", "/auth/oauth2/v2/token", headers: Self.forms[0].headers, body: Self.grant).status == 200)
    }

    @Test func anUnknownSubdomainGetsTheLoadBalancersPage() throws {
        var options = SimulatorOptions()
        options.subdomain = "acme"
        options.historyEvents = 50
        let clock = ManualClock()
        var service = Service(options: options, now: clock.now())
        for (host, status) in [("acme.onelogin.com", 401), ("other.onelogin.com", 404), ("127.0.0.1:80", 404)] {
            let call = Call(method: "GET", target: "/api/2/users", headers: ["host": host])
            let reply = service.answer(call, at: clock.now()).reply
            #expect(reply.status == status)
            #expect(reply.text.hasPrefix("<html>") == (status == 404))
        }
    }
}
