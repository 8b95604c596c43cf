import ArgumentParser
import Directory
import Foundation
import HTTPClient
import HTTPTransport
import Logging
import Monitor
import OneLogin
import Settings
import Timekeeping

/// `tocsin connection`: the links to OneLogin accounts.
struct ConnectionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connection", abstract: "Tests the links to OneLogin accounts.", subcommands: [Test.self])

    /// `tocsin connection test`: says what a credential can do.
    struct Test: AsyncParsableCommand {
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
            let wanted = settings.connections.filter { name == nil || $0.name == name }
            guard !wanted.isEmpty else {
                let names = settings.connections.map { "`\($0.name)`" }.joined(separator: ", ")
                let known = names.isEmpty ? "the settings have no connections" : "the settings have \(names)"
                Terminal.writeError(
                    "error: \(name.map { "no connection `\($0)`" } ?? "no connection to test"); \(known)")
                throw Outcome.usage.exit
            }
            var isUsable = true
            for connection in wanted {
                let test = try await probe(connection)
                isUsable = isUsable && test.isUsable
                switch format {
                case .text: Terminal.writeRaw(text(test, of: connection))
                case .json: Terminal.write(try json(test, of: connection))
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
            network.caFile = connection.caFile
            network.userAgent = "tocsin/\(ToolVersion.text)"
            return try await NetworkSender.with(network) { sender in
                await OneLoginClient(link, sender: sender, clock: SystemClock()).testConnection()
            }
        }

        private func words(_ warning: OneLoginConnection.Warning) -> String {
            switch warning {
            case .blankTrimmed(let what): "blanks around the \(what) were taken off"
            case .unusualClientID: "the client id is not 64 hexadecimal characters, as OneLogin's are"
            }
        }

        private func text(_ test: ConnectionTest, of connection: ConnectionSettings) -> String {
            let paint = Paint(isOn: common.hasColor)
            var text = paint.bold("connection \(connection.name)") + "\n"
            let width = test.probes.map(\.name.count).max() ?? 0
            for probe in test.probes {
                let mark =
                    probe.isOK ? paint.green("ok  ") : probe.isRequired ? paint.red("FAIL") : paint.yellow("none")
                text +=
                    "  \(mark) \(probe.name.padding(toLength: width, withPad: " ", startingAt: 0))  \(probe.detail)\n"
                if let remedy = probe.remedy, !probe.isOK {
                    text += String(repeating: " ", count: width + 9) + "-> \(remedy)\n"
                }
            }
            text += test.isUsable ? paint.green("usable") + "\n" : paint.red("not usable") + "\n"
            return text
        }

        private func json(_ test: ConnectionTest, of connection: ConnectionSettings) throws -> String {
            struct Row: Encodable {
                let connection: String
                let usable: Bool
                let probes: [ConnectionTest.Probe]
            }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            let row = Row(connection: connection.name, usable: test.isUsable, probes: test.probes)
            return String(decoding: try encoder.encode(row), as: UTF8.self)
        }
    }
}
