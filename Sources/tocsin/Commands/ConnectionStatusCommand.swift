import ArgumentParser
import Delivery
import Directory
import Foundation
import OneLogin
import Settings
import Store
import Timekeeping

/// `tocsin connection list`: what the settings have.
struct ConnectionListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the connections of the settings, with how they are doing.")

    @Option(help: "text or json (one line a connection).")
    var format = OutputFormat.text

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let settings = try common.settings(readsSecrets: false)
        let store = ConnectionStates(settings)
        for connection in settings.connections {
            let state = try await store.state(of: connection.name)
            let word = state?.word.rawValue ?? "never_synced"
            switch format {
            case .text:
                Terminal.write("\(connection.name)  \(connection.url ?? connection.subdomain)  \(word)")
            case .json:
                struct Row: Encodable {
                    let connection: String
                    let subdomain: String
                    let region: String
                    let url: String?
                    let status: String
                    let eventWebhook: Bool
                    let actions: Bool
                }
                Terminal.write(
                    try Terminal.snakeJSON(
                        Row(
                            connection: connection.name, subdomain: connection.subdomain,
                            region: connection.region.rawValue, url: connection.url, status: word,
                            eventWebhook: connection.eventWebhook != nil, actions: connection.actions.isOn)))
            }
        }
        if format == .text { Terminal.writeError("\(settings.connections.count) connections") }
    }
}

/// `tocsin connection status`: how connections are doing, as the store has it.
struct ConnectionStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows how connections are doing: status, progress, what is complete until when, gaps.",
        discussion: "Exit codes: 0 connected, 3 never synced, on its way or degraded, 4 failed.")

    @Argument(help: "The connection's name; all of them where none is given.")
    var name: String?

    @Option(help: "text or json (one line a connection).")
    var format = OutputFormat.text

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let settings = try common.settings(readsSecrets: false)
        let store = ConnectionStates(settings)
        var outcomes: [Outcome] = []
        for connection in try settings.connections(named: name) {
            let state = try await store.state(of: connection.name)
            let gaps = try await store.gaps(of: connection.name)
            outcomes.append(Self.outcome(state))
            let report = ConnectionReport(
                name: connection.name, state: state, gaps: gaps,
                unknownTypes: try await store.unknownTypes(of: connection.name),
                unknownFields: try await store.unknownFields(of: connection.name), now: SystemClock().now())
            switch format {
            case .text: Terminal.writeRaw(report.text(Paint(isOn: common.hasColor)))
            case .json: Terminal.write(try report.json())
            }
        }
        // Here 4 counts before 3, and nothing else occurs.
        let outcome = outcomes.max { $0.rawValue < $1.rawValue } ?? .clean
        if outcome != .clean { throw outcome.exit }
    }

    static func outcome(_ state: ConnectionState?) -> Outcome {
        switch state?.word {
        case .connected: .clean
        case .failed: .remote
        case .connecting, .initialSync, .degraded, nil: .incomplete
        }
    }
}

/// Reads connection states beside a process that writes; a store that is not there yet has none.
struct ConnectionStates {
    private let store: SQLiteStore?

    init(_ settings: Settings) {
        store = try? SQLiteStore.open(at: settings.store, access: .readOnly, decoder: WireActivityDecoder())
    }

    func state(of name: String) async throws -> ConnectionState? { try await store?.state(connection: name) }
    func gaps(of name: String) async throws -> [SourceGap] { try await store?.gaps(connection: name, limit: 5) ?? [] }
    func unknownTypes(of name: String) async throws -> [UnknownEventType] {
        try await store?.unknownEventTypes(connection: name) ?? []
    }
    func unknownFields(of name: String) async throws -> [UnknownField] {
        try await store?.unknownFields(connection: name) ?? []
    }
}

/// The words and the JSON of one connection's state.
struct ConnectionReport {
    let name: String
    let state: ConnectionState?
    let gaps: [SourceGap]
    let unknownTypes: [UnknownEventType]
    var unknownFields: [UnknownField] = []
    let now: Timestamp
    /// Unknown types and fields that the words name; JSON has all of them.
    private static let typesShown = 10

    func text(_ paint: Paint) -> String {
        guard let state else { return "\(paint.bold(name))  never synced\n" }
        let word =
            switch state.word {
            case .connected: paint.green(state.word.rawValue)
            case .failed: paint.red(state.word.rawValue)
            case .connecting, .initialSync, .degraded: paint.yellow(state.word.rawValue)
            }
        var lines = ["\(paint.bold(name))  \(word) since \(state.since.rfc3339)"]
        if let reason = state.reason { lines.append("reason: \(Visible.text(reason))") }
        if let remedy = state.remedy { lines.append("-> \(Visible.text(remedy))") }
        if let progress = state.progress { lines.append("progress: \(ProgressLine.text(progress, at: now))") }
        lines.append("last complete sync: \(state.lastCompleteSync?.rfc3339 ?? "none")")
        lines.append("events complete until: \(state.eventsCompleteUntil?.rfc3339 ?? "nothing yet")")
        if let changes = state.reconciliation {
            lines.append(
                "changes between the last copies: \(changes.seen), of which events told \(changes.explained)")
        }
        if let budget = state.budget {
            lines.append("calls left this hour: \(budget.remaining)\(budget.limit.map { " of \($0)" } ?? "")")
        }
        for (kind, since) in state.outOfReachSince.sorted(by: { $0.key < $1.key }) {
            lines.append("out of reach since \(since.rfc3339): \(kind.rawValue)")
        }
        for gap in gaps {
            let end = gap.until.map { "to \($0.rfc3339), \(gap.backfilled) fetched later" } ?? "and still open"
            lines.append("gap: from \(gap.from.rfc3339) \(end): \(Visible.text(gap.reason))")
        }
        if !unknownTypes.isEmpty {
            let shown = unknownTypes.prefix(Self.typesShown).map {
                "\($0.typeID) \($0.name ?? "without a name") x\($0.count)"
            }
            let rest = unknownTypes.count > shown.count ? " and \(unknownTypes.count - shown.count) more" : ""
            lines.append("event types not known here: \(Visible.text(shown.joined(separator: ", ")))\(rest)")
        }
        if !unknownFields.isEmpty {
            let shown = unknownFields.prefix(Self.typesShown).map { "\($0.collection).\($0.name) x\($0.count)" }
            let rest = unknownFields.count > shown.count ? " and \(unknownFields.count - shown.count) more" : ""
            lines.append("fields not known here: \(Visible.text(shown.joined(separator: ", ")))\(rest)")
        }
        return lines.enumerated().map { ($0.offset == 0 ? "" : "  ") + $0.element + "\n" }.joined()
    }

    func json() throws -> String {
        struct Progress: Encodable {
            let stage: String
            let records: Int
            let total: Int?
            let activities: Int
            let percent: Double?
            let remainingSeconds: Int64?
        }
        struct Changes: Encodable {
            let at: String
            let seen: Int
            let explained: Int
            let derived: Int
            let kinds: [String: Reconciliation.Counts]
        }
        struct Row: Encodable {
            let connection: String
            let status: String
            let since: String?
            let checkedAt: String?
            let reason: String?
            let cause: String?
            let remedy: String?
            let progress: Progress?
            let lastCompleteSync: String?
            let eventsCompleteUntil: String?
            let callsLeft: Int?
            let callsLimit: Int?
            let clockSkewSeconds: Int64?
            let changes: Changes?
            let gaps: [SourceGap]
            let unknownEventTypes: [UnknownEventType]
            let unknownFields: [UnknownField]
        }
        let progress = state?.progress.map {
            Progress(
                stage: $0.stage, records: $0.records, total: $0.total, activities: $0.activities,
                percent: $0.share.map { ($0 * 1000).rounded() / 10 }, remainingSeconds: $0.estimate(at: now)?.seconds)
        }
        let changes = state?.reconciliation.map {
            Changes(
                at: $0.at.rfc3339, seen: $0.seen, explained: $0.explained, derived: $0.derived,
                kinds: $0.kinds ?? [:])
        }
        return try Terminal.snakeJSON(
            Row(
                connection: name, status: state?.word.rawValue ?? "never_synced", since: state?.since.rfc3339,
                checkedAt: state?.checkedAt.rfc3339, reason: state?.reason, cause: state?.cause?.rawValue,
                remedy: state?.remedy, progress: progress, lastCompleteSync: state?.lastCompleteSync?.rfc3339,
                eventsCompleteUntil: state?.eventsCompleteUntil?.rfc3339, callsLeft: state?.budget?.remaining,
                callsLimit: state?.budget?.limit, clockSkewSeconds: state?.clockSkewSeconds, changes: changes,
                gaps: gaps,
                unknownEventTypes: unknownTypes, unknownFields: unknownFields))
    }
}
