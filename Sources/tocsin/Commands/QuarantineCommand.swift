import ArgumentParser
import Delivery
import Directory
import Monitor
import Settings
import Store
import Timekeeping

/// `tocsin quarantine`: records that could not be read.
struct QuarantineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine",
        abstract: "Lists records that could not be read, and reads them again after an upgrade.",
        subcommands: [QuarantineListCommand.self, QuarantineReplayCommand.self])
}

/// `tocsin quarantine list`.
struct QuarantineListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists records that could not be read, the oldest first, with why.")

    @Option(help: "Only records of this connection.")
    var connection: String?

    @Option(help: "At most so many.")
    var limit = 100

    @Flag(help: "Show the records themselves; JSON always does.")
    var full = false

    @Option(help: "text or json (one line a record).")
    var format = OutputFormat.text

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let settings = try common.settings(readsSecrets: false)
        if connection != nil { _ = try settings.connections(named: connection) }
        let store = try settings.openStore(.readOnly)
        let records = try await store.quarantined(connection: connection, limit: max(1, limit))
        for record in records {
            switch format {
            case .json: Terminal.write(try Terminal.snakeJSON(record))
            case .text:
                Terminal.write(
                    """
                    \(record.id)  \(record.connection)  \(record.kind?.rawValue ?? record.source.rawValue)  \
                    \(record.readUntil.rfc3339)  \
                    \(Visible.text(record.place)): \(Visible.text(record.reason))
                    """)
                if full { Terminal.write("  \(Visible.text(record.text))") }
            }
        }
        if format == .text { Terminal.writeError("\(records.count) records") }
    }
}

/// `tocsin quarantine replay`.
struct QuarantineReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Reads records again that could not be read; the monitor does so whenever it starts.")

    @Option(help: "Only records of this connection.")
    var connection: String?

    @Flag(help: "Say what would come of it, and keep nothing.")
    var dryRun = false

    @Option(help: "text or json (one line a connection).")
    var format = OutputFormat.text

    @OptionGroup var common: CommonOptions

    func run() async throws {
        struct Row: Encodable {
            let connection: String
            let isDryRun: Bool
            let replay: QuarantineReplay.Report
        }
        let settings = try common.settings(readsSecrets: false)
        _ = try settings.connections(named: connection)
        let store = try settings.openStore(dryRun ? .readOnly : .readWrite)
        let assembly = Assembly(settings, clock: SystemClock(), logger: common.logger(settings, label: "tocsin"))
        var remaining = 0
        let replays = try await assembly.replayQuarantine(in: store, connection: connection, keeps: !dryRun)
        for (connection, report) in replays {
            remaining += report.remaining
            switch format {
            case .json:
                Terminal.write(
                    try Terminal.snakeJSON(
                        Row(connection: connection, isDryRun: dryRun, replay: report)))
            case .text:
                let rows = report.directoryRows > 0 ? " and \(report.directoryRows) rows that a sync has read" : ""
                Terminal.write(
                    """
                    \(connection)  \(report.records) records, \(report.released) \
                    \(dryRun ? "would be released" : "released") as \(report.activities) new activities \
                    (\(report.late) late)\(rows), \(report.remaining) stay
                    """)
            }
        }
        try store.close()
        if remaining > 0 { throw Outcome.incomplete.exit }
    }
}
