import Hummingbird
public import Logging

/// Whether the process can do its work, and what is missing if not.
public struct Readiness: Hashable, Sendable {
    /// What is not ready yet, one clause each; empty: everything is.
    public var missing: [String]

    public init(missing: [String] = []) { self.missing = missing }

    public var isReady: Bool { missing.isEmpty }
}

/// What the server asks when it is asked.
public struct WebSources: Sendable {
    /// For `/-/ready`.
    public var readiness: @Sendable () async -> Readiness
    /// For `/metrics`.
    public var metrics: @Sendable () async -> [MetricFamily]

    public init(
        readiness: @escaping @Sendable () async -> Readiness, metrics: @escaping @Sendable () async -> [MetricFamily]
    ) {
        self.readiness = readiness
        self.metrics = metrics
    }
}

/// Health, readiness and metrics over HTTP.
///
/// It knows no user and asks for no password: it listens on this machine only, unless told otherwise.
public struct WebServer: Sendable {
    /// Where it listens.
    public struct Address: Hashable, Sendable {
        public var host: String
        /// 0: any free port.
        public var port: Int

        public init(host: String = "127.0.0.1", port: Int = 0) {
            self.host = host
            self.port = port
        }
    }

    private let address: Address
    private let sources: WebSources
    private let listener: EventListener?
    private let logger: Logger

    /// - Parameter listener: Takes event webhooks; nil for none.
    public init(
        address: Address = Address(), sources: WebSources, listener: EventListener? = nil, logger: Logger
    ) {
        self.address = address
        self.sources = sources
        self.listener = listener
        self.logger = logger
    }

    /// Serves until the task is cancelled or the service group around it shuts down; requests that have begun are
    /// finished first.
    ///
    /// - Parameter onReady: Called once, with the bound port.
    /// - Throws: When the port cannot be had.
    public func run(onReady: @escaping @Sendable (Int) async -> Void = { _ in }) async throws {
        let application = Application(
            router: router(),
            configuration: ApplicationConfiguration(address: .hostname(address.host, port: address.port)),
            onServerRunning: { channel in await onReady(channel.localAddress?.port ?? 0) },
            logger: logger)
        try await application.run()
    }

    /// The paths and what answers them.
    func router() -> Router<BasicRequestContext> {
        let router = Router(options: .autoGenerateHeadEndpoints)
        router.add(middleware: SecurityHeaders())
        router.get("/-/healthy") { _, _ in Self.text("healthy\n") }
        let sources = self.sources
        router.get("/-/ready") { _, _ in
            let readiness = await sources.readiness()
            guard !readiness.isReady else { return Self.text("ready\n") }
            return Self.text("not ready\n" + readiness.missing.map { "- \($0)\n" }.joined(), .serviceUnavailable)
        }
        let listener = self.listener
        router.get("/metrics") { _, _ in
            let families = await sources.metrics() + (listener?.metrics ?? [])
            return Self.text(MetricsText.render(families), type: MetricsText.contentType)
        }
        if let listener {
            router.post("/webhooks/onelogin/:connection") { request, context in
                await listener.answer(
                    request, connection: context.parameters.get("connection") ?? "", logger: context.logger)
            }
        }
        return router
    }

    private static func text(
        _ text: String, _ status: HTTPResponse.Status = .ok, type: String = "text/plain; charset=utf-8"
    ) -> Response {
        Response(
            status: status, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
