import Hummingbird
import HummingbirdTesting
import Logging
import Testing

@testable import Web

@Suite struct WebServerTests {
    static func application(missing: [String] = []) -> some ApplicationProtocol {
        let sources = WebSources(
            readiness: { Readiness(missing: missing) },
            metrics: { [MetricFamily("tocsin_up", .gauge, help: "Up.", samples: [.init(1)])] })
        let server = WebServer(sources: sources, logger: Logger(label: "test"))
        return Application(router: server.router())
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String { "\(method) \(path) \(missing)" }
        let method: HTTPRequest.Method
        let path: String
        var missing: [String] = []
        let status: HTTPResponse.Status
        var body: String?
        var type: String?
    }

    static let plain = "text/plain; charset=utf-8"

    @Test(arguments: [
        Row(method: .get, path: "/-/healthy", status: .ok, body: "healthy\n", type: plain),
        Row(method: .head, path: "/-/healthy", status: .ok, body: ""),
        Row(method: .get, path: "/-/healthy", missing: ["a"], status: .ok, body: "healthy\n"),
        Row(method: .get, path: "/-/ready", status: .ok, body: "ready\n", type: plain),
        Row(
            method: .get, path: "/-/ready", missing: ["corp: first sync", "rules"], status: .serviceUnavailable,
            body: "not ready\n- corp: first sync\n- rules\n", type: plain),
        Row(
            method: .get, path: "/metrics", status: .ok,
            body: "# HELP tocsin_up Up.\n# TYPE tocsin_up gauge\ntocsin_up 1\n",
            type: "text/plain; version=0.0.4; charset=utf-8"),
        Row(method: .get, path: "/", status: .notFound),
        Row(method: .get, path: "/-/healthy/more", status: .notFound),
        Row(method: .post, path: "/-/healthy", status: .notFound),
    ])
    func answersWithSecurityHeaders(_ row: Row) async throws {
        try await Self.application(missing: row.missing).test(.router) { client in
            try await client.execute(uri: row.path, method: row.method) { response in
                #expect(response.status == row.status)
                if let body = row.body { #expect(String(buffer: response.body) == body) }
                if let type = row.type { #expect(response.headers[.contentType] == type) }
                for header in SecurityHeaders<BasicRequestContext>.headers {
                    let name = try #require(HTTPFields.Key(header.name))
                    #expect(response.headers[name] == header.value)
                }
            }
        }
    }

    @Test func anErrorInsideTellsNothingAndHasTheHeadersToo() async throws {
        struct Leak: Error { let secret = "s3cret" }
        let router = Router()
        router.add(middleware: SecurityHeaders())
        router.get("/broken") { _, _ -> String in throw Leak() }
        try await Application(router: router).test(.router) { client in
            try await client.execute(uri: "/broken", method: .get) { response in
                #expect(response.status == .internalServerError)
                #expect(!String(buffer: response.body).contains("s3cret"))
                #expect(response.headers[.contentSecurityPolicy]?.contains("default-src 'none'") == true)
            }
        }
    }

    @Test func listensOnThisMachineOnlyUnlessTold() {
        #expect(WebServer.Address() == WebServer.Address(host: "127.0.0.1", port: 0))
    }

    @Test func servesOverLoopbackUntilItIsCancelled() async throws {
        let sources = WebSources(readiness: { Readiness() }, metrics: { [] })
        let server = WebServer(sources: sources, logger: Logger(label: "test"))
        let (ports, announce) = AsyncStream.makeStream(of: Int.self)
        let task = Task { try await server.run { announce.yield($0) } }
        var iterator = ports.makeAsyncIterator()
        let port = try #require(await iterator.next())
        #expect(port > 0)
        let status = try await TestClient.withClient(host: "127.0.0.1", port: port) { client in
            try await client.get("/-/ready").status
        }
        #expect(status == .ok)
        task.cancel()
        _ = await task.result
    }
}
