public import Logging
public import ServiceLifecycle
public import Web

/// The web server as a service of the monitor's group.
public struct WebService: Service {
    private let server: WebServer
    private let logger: Logger

    public init(_ server: WebServer, logger: Logger) {
        self.server = server
        self.logger = logger
    }

    /// Serves until a graceful shutdown; requests that have begun are finished first.
    public func run() async throws {
        try await server.run { [logger] port in
            logger.info("the web server listens", metadata: ["port": "\(port)"])
        }
    }
}
