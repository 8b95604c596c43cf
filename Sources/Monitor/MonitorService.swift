import Alerting
public import Logging
public import ServiceLifecycle
public import Timekeeping

/// Turns the cycle until it is told to stop, and then ends what it has begun.
public struct MonitorService: Service {
    /// The shortest and longest wait between two turns.
    static let waits = TimeSpan.milliseconds(200)...TimeSpan.seconds(5)

    private let cycle: Cycle
    private let clock: any WallClock
    private let logger: Logger
    private let onTurn: @Sendable (Cycle.Report) async -> Void

    /// - Parameter onTurn: Told of every turn: status lines, metrics.
    public init(
        cycle: Cycle, clock: any WallClock, logger: Logger,
        onTurn: @escaping @Sendable (Cycle.Report) async -> Void = { _ in }
    ) {
        self.cycle = cycle
        self.clock = clock
        self.logger = logger
        self.onTurn = onTurn
    }

    /// Runs until a graceful shutdown or cancellation.
    ///
    /// A turn that fails (the store cannot be read or written) is logged and tried again; the shutdown comes between
    /// turns, never inside one.
    public func run() async throws {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            var wait = Self.waits.upperBound
            do {
                let report = try await cycle.run()
                wait = min(max(report.nextDue - clock.now(), Self.waits.lowerBound), Self.waits.upperBound)
                log(report)
                await onTurn(report)
            } catch is CancellationError {
                return
            } catch {
                logger.error("the turn failed and is tried again", metadata: ["error": "\(error)"])
            }
            await cancelWhenGracefulShutdown { [wait] in try? await clock.sleep(for: wait) }
        }
        do {
            try await cycle.saveStates()
        } catch {
            logger.warning(
                "what rules remember was not saved: the next start reads more", metadata: ["error": "\(error)"])
        }
    }

    /// Tells of starts, and of what is not as it should be.
    private func log(_ report: Cycle.Report) {
        for (name, _, evaluation) in report.connections {
            if let fault = evaluation.unsaved {
                logger.warning(
                    "what rules remember is not saved: each start reads all that they look back on",
                    metadata: ["connection": "\(name)", "cause": "\(fault)"])
            }
            if let resumption = evaluation.resumption {
                var facts: Logger.Metadata = ["connection": "\(name)", "activities": "\(resumption.activities)"]
                facts["cause"] = resumption.refusal.map { "\($0)" }
                logger.info("stored activities were read to go on where it ended", metadata: facts)
            }
        }
    }
}
