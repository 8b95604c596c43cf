import ArgumentParser
import Delivery
import HTTPClient
import Logging
import Monitor
import RuleLanguage
import ServiceLifecycle
import Settings
import Store
import Sync
import Timekeeping
import UnixSignals
import Web

/// `tocsin monitor`: sync, evaluate, alert, deliver, until told to stop.
struct MonitorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "monitor",
        abstract: "Watches the tenants of the settings until SIGTERM, and tells people of alerts.")

    @Flag(help: "One turn only, then end.")
    var once = false

    @Option(help: "How alerts look on standard output: text or json; json where it is no terminal.")
    var format: OutputFormat?

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let settings = try common.settings(readsSecrets: true)
        guard !settings.connections.isEmpty else {
            Terminal.writeError("error: the settings have no connections to watch; add one under `connections`")
            throw Outcome.usage.exit
        }
        let book = try common.ruleBook(settings)
        let logger = common.logger(settings, label: "tocsin")
        let clock = SystemClock()
        let store = try settings.openStore(.readWrite)
        var network = NetworkSettings()
        network.userAgent = "tocsin/\(ToolVersion.text)"
        try await NetworkSenders.with(network) { senders in
            let assembly = Assembly(settings, clock: clock, logger: logger)
            let receivers = try assembly.receivers(
                senders: senders, userAgent: "tocsin/\(ToolVersion.text)", format: lineFormat
            ) { Terminal.writeRaw($0) }
            for (connection, replay) in try await assembly.replayQuarantine(in: store, takesTooLate: false)
            where replay.released > 0 {
                logger.notice(
                    "records left the quarantine",
                    metadata: [
                        "connection": "\(connection)", "records": "\(replay.released)",
                        "activities": "\(replay.activities)", "late": "\(replay.late)",
                        "remaining": "\(replay.remaining)",
                    ])
            }
            let line = ProgressLine()
            let cycle = try assembly.cycle(book: book, store: store, senders: senders, receivers: receivers) {
                line.show($0, $1)
            }
            logger.info(
                "watching",
                metadata: ["connections": "\(settings.connections.count)", "bound rules": "\(book.bindings.count)"])
            if once {
                let report = try await cycle.run()
                try await cycle.saveStates()
                line.clear()
                Self.log(report, to: logger)
            } else {
                let metrics = MonitorMetrics(connections: settings.connections.map(\.name))
                let server = try assembly.webServer(store: store, metrics: metrics)
                try await serve(cycle, server, metrics, line, clock: clock, logger: logger)
            }
        }
        try store.close()
    }

    private var lineFormat: StdoutReceiver.Format {
        let wanted = format ?? (Terminal.isInteractive ? .text : .json)
        return wanted == .json ? .json : .text(isColoured: common.hasColor)
    }

    /// Turns the cycle, and answers the web where settings say so: the web begins first and ends last.
    private func serve(
        _ cycle: Cycle, _ server: WebServer?, _ metrics: MonitorMetrics, _ line: ProgressLine,
        clock: any WallClock, logger: Logger
    ) async throws {
        let monitor = MonitorService(cycle: cycle, clock: clock, logger: logger) { report in
            line.clear()
            Self.log(report, to: logger)
            await metrics.note(report)
        }
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = []
        if let server { services.append(.init(service: WebService(server, logger: logger))) }
        services.append(.init(service: monitor, successTerminationBehavior: .gracefullyShutdownGroup))
        let group = ServiceGroup(
            configuration: .init(
                services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
    }

    private static func log(_ report: Cycle.Report, to logger: Logger) {
        for connection in report.connections {
            let isNews =
                connection.evaluation.activities > 0 || !connection.evaluation.transitions.isEmpty
                || !connection.sync.failures.isEmpty
            logger.log(
                level: isNews ? .info : .debug, "turn",
                metadata: [
                    "connection": "\(connection.name)", "status": "\(connection.sync.status.word)",
                    "activities": "\(connection.evaluation.activities)",
                    "transitions": "\(connection.evaluation.transitions.count)",
                    "proposals": "\(connection.evaluation.proposals)",
                    "proposals_left_out": "\(connection.evaluation.proposalsLeftOut)",
                    "delivered": "\(report.delivery.delivered)",
                ])
        }
    }
}
