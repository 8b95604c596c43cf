import ArgumentParser

/// The command line: one file per command, each of which parses, calls, prints and gives an exit code.
@main
struct Tocsin: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tocsin",
        abstract: "Watches a OneLogin tenant: syncs it, judges it by rules, raises alerts.",
        discussion: """
            Exit codes: 0 nothing found, 1 findings or a failed test, 2 usage, settings or rule error, \
            3 incomplete data, 4 remote or authentication error.
            """,
        version: ToolVersion.text,
        subcommands: [
            DemoCommand.self, ConnectionCommand.self, MonitorCommand.self, AuditCommand.self, BacktestCommand.self,
            RulesCommand.self, AlertsCommand.self, ActionsCommand.self, QuarantineCommand.self,
            SimulateCommand.self, CheckConfigCommand.self, CELCommand.self, CELEvalCommand.self,
        ])

    /// Runs a command; a wrong command line ends with 2, as every usage error does.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let outcome as ExitCode where outcome.rawValue != ExitCode.validationFailure.rawValue {
            exit(withError: outcome)
        } catch {
            let code = exitCode(for: error)
            guard code != .success else { exit(withError: error) }
            Terminal.writeError(fullMessage(for: error))
            exit(withError: ExitCode(Outcome.usage.rawValue))
        }
    }
}
