import ArgumentParser
import Directory
import Foundation
import HTTPClient
import Logging
import Monitor
import OneLogin
import Reporting
import RuleLanguage
import Settings
import Sync
import Timekeeping

/// `tocsin audit`: one judgement of a tenant or of files, as a report.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Judges a tenant, or files given with --input, once, and prints a report.",
        discussion: """
            Files may hold events as the API, a webhook or a SIEM feed gives them, or a directory as JSON; a folder is \
            searched for both. Exit codes: 0 nothing found, 1 findings, 2 usage or rule error, 3 incomplete data, \
            4 remote error.
            """)

    /// The forms of the report.
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case text, json, html
    }

    @Option(help: "A file or folder to judge instead of a tenant; - reads events from standard input; may be repeated.")
    var input: [String] = []

    @Option(help: "The connection to audit; the only one where none is named.")
    var connection: String?

    @Option(help: "text, json or html.")
    var format = Format.text

    @Option(name: [.customLong("output"), .customShort("o")], help: "Write the report to this file.")
    var output: String?

    @Option(help: ArgumentHelp("`now` for rules over the directory, for files of another day.", valueName: "time"))
    var asOf: String?

    @Option(help: ArgumentHelp("How far back a tenant's activities are read.", valueName: "span"))
    var since = "7d"

    @Option(help: ArgumentHelp("A file of `cidr,country,lat,lon` lines, instead of the settings'.", valueName: "file"))
    var geo: String?

    @Flag(
        help: """
            Print how often each activity rule holds over the files and a total, and nothing else: no report, no \
            alerts, exit code 0.
            """)
    var count = false

    @OptionGroup var common: CommonOptions

    func validate() throws {
        if count, input.isEmpty || format != .text {
            throw ValidationError("--count is for files given with --input, and prints text")
        }
        if let asOf, Timestamp(rfc3339: asOf) == nil {
            throw ValidationError("`\(asOf)` is no time; write it like 2026-03-03T00:00:00Z")
        }
        if TimeSpan(since) == nil { throw ValidationError("`\(since)` is no length of time; write it like 7d or 12h") }
    }

    func run() async throws {
        var settings = try common.settings(readsSecrets: input.isEmpty)
        if let geo { settings.geo.csv = geo }
        let book = try common.ruleBook(settings)
        if count { return try printCounts(settings, book) }
        let report = input.isEmpty ? try await tenant(settings, book) : try files(settings, book)
        try write(report)
        throw ExitCode(report.exitDecision.code)
    }

    private func files(_ settings: Settings, _ book: RuleBook) throws -> AuditReport {
        let clock = SystemClock()
        let moment = asOf.flatMap { Timestamp(rfc3339: $0) } ?? clock.now()
        let assembly = Assembly(settings, clock: clock, logger: common.logger(settings, label: "audit"))
        do {
            let audit = FileAudit(
                book: book,
                superUsers: Assembly.superUsers(settings.connections.first?.superUsers ?? SuperUserSettings()),
                enricher: try assembly.enricher())
            return try audit.run(
                try InputFiles(input), at: moment, name: connection ?? "files", toolVersion: ToolVersion.text)
        } catch let failure as InputFailure {
            Terminal.writeError("error: \(failure)")
            throw Outcome.usage.exit
        }
    }

    private func printCounts(_ settings: Settings, _ book: RuleBook) throws {
        let assembly = Assembly(settings, clock: SystemClock(), logger: common.logger(settings, label: "audit"))
        do {
            let result = try FileCount(book: book, enricher: try assembly.enricher()).run(
                try InputFiles(input),
                superUsers: Assembly.superUsers(settings.connections.first?.superUsers ?? SuperUserSettings()))
            Terminal.write(CountTable(result).text)
        } catch let failure as InputFailure {
            Terminal.writeError("error: \(failure)")
            throw Outcome.usage.exit
        }
    }

    private func tenant(_ settings: Settings, _ book: RuleBook) async throws -> AuditReport {
        let wanted = settings.connections.filter { connection == nil || $0.name == connection }
        guard let chosen = wanted.first, wanted.count == 1 else {
            let names = settings.connections.map { "`\($0.name)`" }.joined(separator: ", ")
            let known = names.isEmpty ? "the settings have none; give files with --input" : "the settings have \(names)"
            Terminal.writeError("error: name one connection with --connection: \(known)")
            throw Outcome.usage.exit
        }
        let clock = SystemClock()
        let logger = common.logger(settings, label: "audit")
        var network = NetworkSettings()
        network.userAgent = "tocsin/\(ToolVersion.text)"
        var cadence = Assembly.cadence(chosen)
        cadence.history = TimeSpan(since) ?? cadence.history
        return try await NetworkSenders.with(network) { [cadence] senders in
            let assembly = Assembly(settings, clock: clock, logger: logger)
            let enricher = try assembly.enricher()
            let source = assembly.source(
                chosen, sender: try Assembly.sender(chosen, of: senders), enricher: enricher)
            let audit = TenantAudit(
                book: book, superUsers: Assembly.superUsers(chosen.superUsers), source: source, cadence: cadence,
                enricher: enricher, clock: clock)
            return try await audit.run(
                connection: chosen.name, tenant: chosen.subdomain, toolVersion: ToolVersion.text, logger: logger)
        }
    }

    private func write(_ report: AuditReport) throws {
        let text =
            switch format {
            case .text: report.text(ReportTextOptions(hasColor: output == nil && common.hasColor))
            case .json: report.json
            case .html: report.html()
            }
        guard let output else { return Terminal.write(text) }
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: output))
        } catch {
            Terminal.writeError("error: `\(output)` cannot be written: \(error.localizedDescription)")
            throw Outcome.usage.exit
        }
        Terminal.writeError("the report is in \(output)")
    }
}
