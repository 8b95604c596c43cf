import Alerting
import Delivery
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

    /// - Parameter onTurn: Told of every turn of a connection, and of every delivery besides: status lines, metrics.
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
    /// Each connection turns by itself, so that the long copy or the outage of one delays no other; notices that wait
    /// to be tried again have a turn of their own. A turn that fails (the store cannot be read or written) is logged
    /// and tried again.
    ///
    /// A shutdown ends what is fetched at the next page, and an evaluation of much after ``Patience/span``: what was
    /// stored and not judged is judged at the next start. What is being written or sent is ended as begun.
    public func run() async throws {
        await withGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                for connection in cycle.connections {
                    group.addTask { await turns { try await turn(of: connection) } }
                }
                group.addTask { await turns { try await deliver() } }
            }
        } onGracefulShutdown: {
            logger.info("told to stop: what is fetched ends at the next page")
            cycle.stop()
        }
        if Task.isCancelled, !Task.isShuttingDownGracefully { return }
        do {
            try await cycle.saveStates()
        } catch {
            logger.warning(
                "what rules remember was not saved: the next start reads more", metadata: ["error": "\(error)"])
        }
    }

    /// Does something again and again; it says when it is due next.
    private func turns(_ turn: () async throws -> Timestamp) async {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            var wait = Self.waits.upperBound
            do {
                wait = min(max(try await turn() - clock.now(), Self.waits.lowerBound), Self.waits.upperBound)
            } catch is CancellationError {
                return
            } catch {
                logger.error("the turn failed and is tried again", metadata: ["error": "\(error)"])
            }
            await cancelWhenGracefulShutdown { [wait] in try? await clock.sleep(for: wait) }
        }
    }

    private func turn(of connection: Cycle.Connection) async throws -> Timestamp {
        let report = try await cycle.turn(of: connection) { part in
            log(part)
            await onTurn(part)
        }
        return report.nextDue
    }

    private func deliver() async throws -> Timestamp {
        var report = Cycle.Report()
        report.delivery = try await cycle.dispatcher.dispatchDue()
        if report.delivery.delivered > 0 { await onTurn(report) }
        return clock.now() + Self.waits.upperBound
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
