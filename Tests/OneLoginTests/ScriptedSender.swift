import HTTPTransport
import OneLogin
import Synchronization
import Timekeeping

/// A sender that answers from a function of the request, and keeps what was asked.
final class ScriptedSender: HTTPSender {
    typealias Script = @Sendable (HTTPRequest, Int) throws(TransportFailure) -> HTTPResponse

    private let script: Script
    private let asked = Mutex<[HTTPRequest]>([])

    /// - Parameter script: Gets the request and how often its verb and path have been asked before.
    init(_ script: @escaping Script) { self.script = script }

    func send(_ request: HTTPRequest, limits: HTTPLimits) async throws(TransportFailure) -> HTTPResponse {
        let before = asked.withLock { asked in
            asked.append(request)
            return asked.filter { $0.description == request.description }.count - 1
        }
        return try script(request, before)
    }

    var requests: [HTTPRequest] { asked.withLock { $0 } }

    /// How often a path was asked.
    func count(_ path: String) -> Int { requests.filter { $0.path == path }.count }
}

enum Answers {
    static let start = Timestamp(seconds: 1_767_225_600)
    static let tokenPath = "/auth/oauth2/v2/token"

    static func json(_ text: String, status: Int = 200, headers: HTTPHeaders = [:]) -> HTTPResponse {
        var headers = headers
        headers["Content-Type"] = "application/json"
        return HTTPResponse(status: status, headers: headers, body: Array(text.utf8))
    }

    static func page(_ status: Int) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: ["Content-Type": "text/html"], body: Array("<html>Too many requests</html>".utf8))
    }

    static func token(_ text: String = "t1", created: String = "2026-01-01T00:00:00.000Z", life: Int = 36_000)
        -> HTTPResponse
    {
        json(#"{"access_token":"\#(text)","created_at":"\#(created)","expires_in":\#(life),"token_type":"bearer"}"#)
    }

    static func v1(_ status: Int, _ type: String, _ message: String) -> HTTPResponse {
        json(#"{"status":{"error":true,"code":\#(status),"type":"\#(type)","message":"\#(message)"}}"#, status: status)
    }

    static func v2(_ status: Int, _ name: String, _ message: String) -> HTTPResponse {
        json(#"{"message":"\#(message)","name":"\#(name)","statusCode":\#(status)}"#, status: status)
    }

    static func envelope(_ rows: String, next: String? = nil) -> HTTPResponse {
        let cursor = next.map { "\"\($0)\"" } ?? "null"
        return json(
            #"{"status":{"error":false,"code":200},"pagination":{"after_cursor":\#(cursor)},"data":[\#(rows)]}"#)
    }
}

extension OneLoginConnection {
    static let usualID = String(repeating: "ab", count: 32)

    static func acme(id: String = usualID, secret: String = "s3cret", subdomain: String = "acme") -> OneLoginConnection
    {
        OneLoginConnection(subdomain: subdomain, clientID: id, clientSecret: Secret(secret))
    }
}

/// A client whose every call is answered by `script`; the token is given unless the script gives another.
func client(
    _ connection: OneLoginConnection = .acme(), clock: ManualClock = ManualClock(Answers.start),
    settings: OneLoginSettings = OneLoginSettings(), script: @escaping ScriptedSender.Script
) -> (client: OneLoginClient, sender: ScriptedSender, clock: ManualClock) {
    let sender = ScriptedSender { (request, before) throws(TransportFailure) in try script(request, before) }
    let client = OneLoginClient(connection, sender: sender, clock: clock, settings: settings, random: { 0.5 })
    return (client, sender, clock)
}
