import Foundation
import Timekeeping

@testable import OneLoginSimulator

/// A service without sockets that is already signed in, for tests of what it answers.
struct Desk {
    var service: Service
    let clock = ManualClock()
    private(set) var token = ""

    init(_ edit: (inout SimulatorOptions) -> Void = { _ in }) throws {
        var options = SimulatorOptions()
        options.users = 120
        options.historyEvents = 600
        edit(&options)
        service = Service(options: options, now: clock.now())
        token = try signIn()
    }

    /// Asks for a token with id and secret in the body.
    mutating func signIn() throws -> String {
        let reply = send(
            "POST", "/auth/oauth2/v2/token",
            headers: [
                "authorization": "client_id:\(service.options.clientID), client_secret:\(service.options.clientSecret)"
            ],
            body: #"{"grant_type":"client_credentials"}"#)
        return reply.json["access_token"] as? String ?? ""
    }

    /// Sends a call with exactly these headers.
    mutating func send(
        _ method: String, _ target: String, headers: [String: String] = [:], body: String = ""
    ) -> Reply {
        service.answer(
            Call(method: method, target: target, headers: headers, body: Array(body.utf8)), at: clock.now()
        ).reply
    }

    /// Sends a call with the token.
    mutating func call(_ method: String, _ target: String, body: String = "") -> Reply {
        send(method, target, headers: ["authorization": "Bearer \(token)", "host": "acme.example.test"], body: body)
    }

    mutating func get(_ target: String) -> Reply { call("GET", target) }
}

extension Reply {
    /// The body as Foundation reads it, so that the writer is judged by another reader.
    var value: Any? { try? JSONSerialization.jsonObject(with: Data(body)) }
    var json: [String: Any] { value as? [String: Any] ?? [:] }
    var rows: [[String: Any]] { value as? [[String: Any]] ?? json["data"] as? [[String: Any]] ?? [] }
    var text: String { String(decoding: body, as: UTF8.self) }
    var pagination: [String: Any] { json["pagination"] as? [String: Any] ?? [:] }
    var afterCursor: String? { pagination["after_cursor"] as? String }

    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}
