import HTTPClient
import HTTPTransport
import Hummingbird
import Logging
import Synchronization
import Testing

#if canImport(Glibc)
    import Glibc
#endif

// Hummingbird brings a type of the same name.
private typealias HTTPRequest = HTTPTransport.HTTPRequest

@Suite struct NetworkSenderTests {
    /// Runs `body` against a server on a free loopback port.
    static func withServer(_ body: @escaping @Sendable (Int) async throws -> Void) async throws {
        let router = Router()
        router.get("/hello") { request, _ in "hello \(request.headers[.userAgent] ?? "nobody")" }
        router.get("/missing") { _, _ -> Response in Response(status: .notFound) }
        router.get("/away") { _, _ -> Response in
            Response(status: .found, headers: [.location: "/hello"])
        }
        router.get("/long") { _, _ in String(repeating: "x", count: 5000) }
        router.post("/echo") { request, _ in
            try await request.body.collect(upTo: 1000)
        }
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let quiet = logger
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let app = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { continuation.yield($0.localAddress?.port ?? 0) }, logger: quiet)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await app.run() }
            for await port in ports {
                try await body(port)
                break
            }
            group.cancelAll()
        }
    }

    @Test func carriesRequestsAndAnswers() async throws {
        try await Self.withServer { port in
            try await NetworkSender.with { sender in
                let base = "http://127.0.0.1:\(port)"
                let hello = try await sender.send(HTTPRequest(.get, base + "/hello"), limits: HTTPLimits())
                #expect(hello.status == 200)
                #expect(hello.text() == "hello tocsin")
                let missing = try await sender.send(HTTPRequest(.get, base + "/missing"), limits: HTTPLimits())
                #expect(missing.status == 404)
                let echo = try await sender.send(
                    HTTPRequest(.post, base + "/echo", body: Array("abc".utf8)), limits: HTTPLimits())
                #expect(echo.text() == "abc")
            }
        }
    }

    @Test func followsNoRedirect() async throws {
        try await Self.withServer { port in
            try await NetworkSender.with { sender in
                let answer = try await sender.send(
                    HTTPRequest(.get, "http://127.0.0.1:\(port)/away"), limits: HTTPLimits())
                #expect(answer.status == 302)
                #expect(answer.headers["Location"] == "/hello")
            }
        }
    }

    @Test func holdsTheBodyLimit() async throws {
        try await Self.withServer { port in
            try await NetworkSender.with { sender in
                let request = HTTPRequest(.get, "http://127.0.0.1:\(port)/long")
                let whole = try await sender.send(request, limits: HTTPLimits(bodyBytes: 5000))
                #expect(whole.body.count == 5000)
                await #expect(throws: TransportFailure.bodyTooLarge(limitBytes: 4999)) {
                    try await sender.send(request, limits: HTTPLimits(bodyBytes: 4999))
                }
            }
        }
    }

    @Test func namesARefusedConnection() async throws {
        // The port was just free: bound by nobody after this block.
        let port = try #require(Loopback().port)
        try await NetworkSender.with { sender in
            await #expect(throws: TransportFailure.refused(host: "127.0.0.1")) {
                try await sender.send(HTTPRequest(.get, "http://127.0.0.1:\(port)/"), limits: HTTPLimits())
            }
        }
    }

    @Test func namesAHostWithoutAddress() async throws {
        try await NetworkSender.with { sender in
            await #expect(throws: TransportFailure.nameNotFound(host: "no-such-tenant.invalid")) {
                try await sender.send(HTTPRequest(.get, "http://no-such-tenant.invalid/"), limits: HTTPLimits())
            }
        }
    }

    @Test func namesAServerThatSpeaksNoTLS() async throws {
        try await Self.withServer { port in
            try await NetworkSender.with { sender in
                let failure = await #expect(throws: TransportFailure.self) {
                    try await sender.send(HTTPRequest(.get, "https://127.0.0.1:\(port)/"), limits: HTTPLimits())
                }
                guard case .tls(host: "127.0.0.1", _) = failure else {
                    Issue.record("not a TLS failure: \(String(describing: failure))")
                    return
                }
            }
        }
    }

    @Test func givesUpOnASilentServer() async throws {
        let silent = Loopback(listening: true)
        let port = try #require(silent.port)
        try await NetworkSender.with(NetworkSettings(readMilliseconds: 50)) { sender in
            let request = HTTPRequest(.get, "http://127.0.0.1:\(port)/")
            await #expect(throws: TransportFailure.timedOut(.read, afterMilliseconds: 50)) {
                try await sender.send(request, limits: HTTPLimits())
            }
        }
        try await NetworkSender.with { sender in
            let request = HTTPRequest(.get, "http://127.0.0.1:\(port)/")
            await #expect(throws: TransportFailure.timedOut(.deadline, afterMilliseconds: 40)) {
                try await sender.send(request, limits: HTTPLimits(deadlineMilliseconds: 40))
            }
        }
        silent.close()
    }

    @Test(arguments: ["", "a.example/x", "ftp://a.example/", "http://"])
    func refusesWhatIsNoURL(_ url: String) async throws {
        try await NetworkSender.with { sender in
            let failure = await #expect(throws: TransportFailure.self) {
                try await sender.send(HTTPRequest(.get, url), limits: HTTPLimits())
            }
            guard case .invalidRequest = failure else {
                Issue.record("\(url): \(String(describing: failure))")
                return
            }
        }
    }

    @Test func namesACAFileThatCannotBeRead() {
        #expect(throws: TransportFailure.tls(host: "", detail: "the CA file `/no/such.pem` cannot be read")) {
            try NetworkSender(NetworkSettings(caFile: "/no/such.pem"))
        }
    }

    @Test func isRefusedAfterShutdownAndLetsGoQuietly() async throws {
        let sender = try NetworkSender()
        await sender.shutdown()
        await sender.shutdown()
        await #expect(throws: TransportFailure.cancelled) {
            try await sender.send(HTTPRequest(.get, "http://127.0.0.1:1/"), limits: HTTPLimits())
        }
        // One that nobody shuts down must not trap when it goes.
        _ = try NetworkSender()
    }
}

/// A loopback TCP port: listening and never answering, or just set free again.
final class Loopback: Sendable {
    private let descriptor: Int32
    let port: Int?

    init(listening: Bool = false) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(UInt32(0x7F00_0001).bigEndian)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let own = descriptor
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(own, $0, length) == 0 && getsockname(own, $0, &length) == 0
            }
        }
        port = isBound ? Int(UInt16(bigEndian: address.sin_port)) : nil
        if listening { _ = listen(own, 8) } else { _ = Glibc.close(own) }
    }

    func close() { _ = Glibc.close(descriptor) }
}
