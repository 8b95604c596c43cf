import ArgumentParser

/// `tocsin connection`: the links to OneLogin accounts.
struct ConnectionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connection", abstract: "Adds, tests, shows and removes the links to OneLogin accounts.",
        subcommands: [
            ConnectionAddCommand.self, ConnectionListCommand.self, ConnectionTestCommand.self,
            ConnectionStatusCommand.self, ConnectionChangesCommand.self, ConnectionRemoveCommand.self,
        ])
}
