import ArgumentParser
import Delivery
import Directory
import Foundation
import HTTPClient
import HTTPTransport
import Monitor
import OneLogin
import Settings
import Timekeeping

/// `tocsin connection test`: says what a credential can do.
struct ConnectionTestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Asks what a connection's credential can do, without changing anything.",
        discussion: "Exit codes: 0 usable, 2 settings wrong, 4 not usable.")

    @Argument(help: "The connection's name; all of them where none is given.")
    var name: String?

    @Option(help: "text or json.")
    var format = OutputFormat.text

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let settings = try common.settings(readsSecrets: true)
        let wanted = try settings.connections(named: name)
        let states = ConnectionStates(settings)
        var isUsable = true
        for connection in wanted {
            let test = try await probe(connection)
            isUsable = isUsable && test.isUsable
            let state = try await states.state(of: connection.name)
            let firstSync = state?.word == .initialSync ? state?.progress : nil
            switch format {
            case .text:
                let paint = Paint(isOn: common.hasColor)
                Terminal.writeRaw(Self.text(test, of: connection.name, paint, firstSync: firstSync))
            case .json: Terminal.write(try json(test, of: connection, firstSync))
            }
        }
        if !isUsable { throw Outcome.remote.exit }
    }

    private func probe(_ connection: ConnectionSettings) async throws -> ConnectionTest {
        let link = Assembly.link(connection)
        for warning in link.warnings {
            Terminal.writeError("warning: connection `\(connection.name)`: \(words(warning))")
        }
        var network = NetworkSettings()
        network.userAgent = "tocsin/\(ToolVersion.text)"
        return try await NetworkSenders.with(network) { senders in
            let sender = try Assembly.sender(connection, of: senders)
            return await OneLoginClient(link, sender: sender, clock: SystemClock()).testConnection()
        }
    }

    private func words(_ warning: OneLoginConnection.Warning) -> String {
        switch warning {
        case .blankTrimmed(let what): "blanks around the \(what) were taken off"
        case .unusualClientID: "the client id is not 64 hexadecimal characters, as OneLogin's are"
        }
    }

    /// What a test found as a table; what the server said in it cannot move the cursor.
    static func text(
        _ test: ConnectionTest, of connection: String, _ paint: Paint, firstSync: SyncProgress? = nil
    ) -> String {
        var text = paint.bold("connection \(connection)") + "\n"
        let width = max(5, test.probes.map(\.name.count).max() ?? 0)
        func padded(_ name: String) -> String { name.padding(toLength: width, withPad: " ", startingAt: 0) }
        text += paint.dim("        \(padded("probe"))  what was seen") + "\n"
        for probe in test.probes {
            let mark = probe.isOK ? paint.green("ok  ") : probe.isRequired ? paint.red("FAIL") : paint.yellow("none")
            text += "  \(mark)  \(padded(probe.name))  \(Visible.text(probe.detail))\n"
            let space = String(repeating: " ", count: width + 10)
            if let cause = probe.cause, !probe.isOK { text += "\(space)cause: \(cause.rawValue)\n" }
            if let remedy = probe.remedy, !probe.isOK { text += "\(space)-> \(Visible.text(remedy))\n" }
        }
        if let scope = test.seenScope { text += "  scope seen: \(scope)\n" }
        if let firstSync {
            text += "  first sync still in progress: \(ProgressLine.text(firstSync, at: SystemClock().now()))\n"
            text += "    -> wait for it: rules over states answer when the first copy is complete\n"
        }
        text += test.isUsable ? paint.green("usable") + "\n" : paint.red("not usable") + "\n"
        return text
    }

    private func json(
        _ test: ConnectionTest, of connection: ConnectionSettings, _ firstSync: SyncProgress?
    ) throws -> String {
        struct Row: Encodable {
            let connection: String
            let usable: Bool
            let scope: String?
            /// How far a first sync is, in percent, while it is in progress.
            let firstSyncPercent: Double?
            let probes: [ConnectionTest.Probe]

            enum CodingKeys: String, CodingKey {
                case connection, usable, scope, probes
                case firstSyncPercent = "first_sync_percent"
            }
        }
        return try Terminal.json(
            Row(
                connection: connection.name, usable: test.isUsable, scope: test.seenScope,
                firstSyncPercent: firstSync.map { (($0.share ?? 0) * 1000).rounded() / 10 }, probes: test.probes))
    }
}

extension Settings {
    /// One connection by its name, or all of them.
    ///
    /// - Throws: `ExitCode` 2 when there is none of that name, or none at all.
    func connections(named name: String?) throws -> [ConnectionSettings] {
        let wanted = connections.filter { name == nil || $0.name == name }
        guard wanted.isEmpty else { return wanted }
        let names = connections.map { "`\($0.name)`" }.joined(separator: ", ")
        let known = names.isEmpty ? "the settings have no connections" : "the settings have \(names)"
        Terminal.writeError(
            "error: \(name.map { "no connection `\($0)`" } ?? "there is no connection"); \(known)\n"
                + "  = help: add one with `tocsin connection add`")
        throw Outcome.usage.exit
    }
}

extension Terminal {
    /// A value as JSON on one line, keys sorted.
    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// The same with keys as other programs have them: `last_complete_sync`.
    static func snakeJSON(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
