import Foundation
import HTTPClient
import HTTPTransport
import Hummingbird
import HummingbirdTLS
import Logging
import NIOSSL
import Testing

// Hummingbird brings a type of the same name.
private typealias HTTPRequest = HTTPTransport.HTTPRequest

/// Each connection has its own certificate authorities and its own proxy.
@Suite struct NetworkSendersTests {
    /// Runs `body` against a server with a certificate of the made-up authority, whose file is handed in.
    static func withServer(_ body: @escaping @Sendable (_ url: String, _ caFile: String) async throws -> Void)
        async throws
    {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tocsin-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let caFile = folder.appending(path: "ca.pem")
        try Data(TestCertificates.authority.utf8).write(to: caFile)
        let tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(TestCertificates.server.utf8))
                .map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(TestCertificates.serverKey.utf8), format: .pem)))
        let router = Router()
        router.get("/hello") { _, _ in "hello" }
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let app = Application(
            router: router, server: try .tls(.http1(), tlsConfiguration: tls),
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { continuation.yield($0.localAddress?.port ?? 0) },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await app.run() }
            for await port in ports {
                try await body("https://127.0.0.1:\(port)/hello", caFile.path())
                break
            }
            group.cancelAll()
        }
    }

    @Test func aConnectionTrustsTheAuthoritiesOfItsFileAndTheOthersDoNot() async throws {
        try await Self.withServer { url, caFile in
            try await NetworkSenders.with { senders in
                let trusting = try senders.sender(caFile: caFile)
                let answer = try await trusting.send(HTTPRequest(.get, url), limits: HTTPLimits())
                #expect(answer.text() == "hello")
                let other = try senders.sender()
                await #expect(
                    throws: TransportFailure.tls(host: "127.0.0.1", detail: "the certificate is not trusted")
                ) {
                    try await other.send(HTTPRequest(.get, url), limits: HTTPLimits())
                }
            }
        }
    }

    @Test func aConnectionGoesThroughItsProxyAndTheOthersDoNot() async throws {
        let proxy = try #require(ConnectProxy())
        defer { proxy.stop() }
        let port = proxy.port
        try await Self.withServer { url, caFile in
            try await NetworkSenders.with { senders in
                let way = NetworkSettings.Proxy(host: "127.0.0.1", port: port)
                let through = try senders.sender(caFile: caFile, proxy: way)
                let answer = try await through.send(HTTPRequest(.get, url), limits: HTTPLimits())
                #expect(answer.text() == "hello")
                let straight = try senders.sender(caFile: caFile)
                _ = try await straight.send(HTTPRequest(.get, url), limits: HTTPLimits())
                let doubting = try senders.sender(proxy: way)
                await #expect(throws: TransportFailure.self) {
                    try await doubting.send(HTTPRequest(.get, url), limits: HTTPLimits())
                }
            }
        }
        #expect(proxy.tunnels.count == 2, "\(proxy.tunnels)")
        #expect(proxy.tunnels.allSatisfy { $0.hasPrefix("127.0.0.1:") })
    }

    @Test func aProxyThatIsNotThereIsToldAsRefused() async throws {
        let port = try #require(Loopback().port)
        try await NetworkSenders.with { senders in
            let sender = try senders.sender(proxy: .init(host: "127.0.0.1", port: port))
            await #expect(throws: TransportFailure.self) {
                try await sender.send(HTTPRequest(.get, "https://127.0.0.1:1/"), limits: HTTPLimits())
            }
        }
    }

    @Test func oneWayIsOneSender() async throws {
        try await NetworkSenders.with { senders in
            let way = NetworkSettings.Proxy(host: "proxy.corp.example", port: 3128)
            let first = try senders.sender(proxy: way) as? NetworkSender
            let second = try senders.sender(proxy: way) as? NetworkSender
            let other = try senders.sender() as? NetworkSender
            #expect(first != nil && first === second && first !== other)
        }
    }
}
