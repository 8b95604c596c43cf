import AsyncHTTPClient
public import HTTPTransport
import NIOCore
import NIOHTTP1
import NIOSSL

/// How a ``NetworkSender`` reaches the world.
public struct NetworkSettings: Hashable, Sendable {
    /// Until a connection stands.
    public var connectMilliseconds: Int64
    /// Without a byte from the server.
    public var readMilliseconds: Int64
    /// A PEM file of certificate authorities that are trusted instead of the system's; nil for the system's.
    public var caFile: String?
    /// Host and port of a CONNECT proxy; nil for none.
    public var proxy: Proxy?
    /// What requests without a `User-Agent` say.
    public var userAgent: String

    /// Where a proxy listens.
    public struct Proxy: Hashable, Sendable {
        public var host: String
        public var port: Int

        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    public init(
        connectMilliseconds: Int64 = 10_000, readMilliseconds: Int64 = 30_000, caFile: String? = nil,
        proxy: Proxy? = nil, userAgent: String = "tocsin"
    ) {
        self.connectMilliseconds = connectMilliseconds
        self.readMilliseconds = readMilliseconds
        self.caFile = caFile
        self.proxy = proxy
        self.userAgent = userAgent
    }
}

/// Sends requests over the network.
///
/// Owns a connection pool: call ``shutdown()`` when done, or use ``with(_:_:)``, which does so on every way out.
/// One that is only let go of shuts itself down later.
public final class NetworkSender: HTTPSender {
    private let client: HTTPClient
    private let settings: NetworkSettings

    /// A sender with its own connection pool.
    ///
    /// - Throws: ``TransportFailure/tls(host:detail:)`` when the CA file cannot be read; the host is empty then.
    public init(_ settings: NetworkSettings = NetworkSettings()) throws(TransportFailure) {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.timeout = .init(
            connect: .milliseconds(settings.connectMilliseconds), read: .milliseconds(settings.readMilliseconds))
        if let file = settings.caFile {
            var tls = TLSConfiguration.makeClientConfiguration()
            do {
                tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(file))
            } catch {
                throw .tls(host: "", detail: "the CA file `\(file)` cannot be read")
            }
            configuration.tlsConfiguration = tls
        }
        configuration.proxy = settings.proxy.map { .server(host: $0.host, port: $0.port) }
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        self.settings = settings
    }

    deinit {
        // async-http-client traps when it goes away running; after shutdown() this finds nothing to do.
        client.shutdown { _ in }
    }

    /// Runs `body` with a sender that is shut down afterwards, whether it returned or threw.
    @discardableResult
    public static func with<Value: Sendable>(
        _ settings: NetworkSettings = NetworkSettings(),
        _ body: @Sendable (NetworkSender) async throws -> Value
    ) async throws -> Value {
        let sender = try NetworkSender(settings)
        do {
            let value = try await body(sender)
            await sender.shutdown()
            return value
        } catch {
            await sender.shutdown()
            throw error
        }
    }

    /// Closes the pool; requests under way fail, later ones are refused.
    public func shutdown() async {
        // Fails only when it is shut down already, which is what was wanted.
        try? await client.shutdown()
    }

    public func send(
        _ request: HTTPRequest, limits: HTTPLimits
    ) async throws(TransportFailure) -> HTTPResponse {
        let explanation = FailureExplanation(
            host: request.host, settings: settings, deadlineMilliseconds: limits.deadlineMilliseconds)
        do {
            return try await exchange(request, limits: limits)
        } catch let failure as TransportFailure {
            throw failure
        } catch {
            throw explanation.failure(for: error)
        }
    }

    private func exchange(_ request: HTTPRequest, limits: HTTPLimits) async throws -> HTTPResponse {
        let deadline = NIODeadline.now() + .milliseconds(limits.deadlineMilliseconds)
        let answer = try await client.execute(wireRequest(request), deadline: deadline)
        if let length = answer.headers.first(name: "Content-Length").flatMap({ Int($0) }), length > limits.bodyBytes {
            throw TransportFailure.bodyTooLarge(limitBytes: limits.bodyBytes)
        }
        var body: [UInt8] = []
        for try await part in answer.body {
            guard body.count + part.readableBytes <= limits.bodyBytes else {
                throw TransportFailure.bodyTooLarge(limitBytes: limits.bodyBytes)
            }
            body.append(contentsOf: part.readableBytesView)
        }
        return HTTPResponse(
            status: Int(answer.status.code), headers: HTTPHeaders(answer.headers.map { ($0.name, $0.value) }),
            body: body)
    }

    private func wireRequest(_ request: HTTPRequest) -> HTTPClientRequest {
        var wire = HTTPClientRequest(url: request.url)
        wire.method = HTTPMethod(rawValue: request.method.rawValue)
        for line in request.headers { wire.headers.add(name: line.name, value: line.value) }
        if !wire.headers.contains(name: "User-Agent") {
            wire.headers.add(name: "User-Agent", value: settings.userAgent)
        }
        if !request.body.isEmpty { wire.body = .bytes(ByteBuffer(bytes: request.body)) }
        return wire
    }
}
