import ArgumentParser
import Delivery
import Directory
import Foundation
import HTTPClient
import Logging
import Monitor
import Settings
import Store
import Timekeeping

/// Which connection an action is for, and how it is shown.
struct ActionChoice: ParsableArguments {
    @Option(help: "The connection; may be left out where there is one.")
    var connection: String?

    @Option(help: "text or json.")
    var format = OutputFormat.text

    @OptionGroup var common: CommonOptions

    /// What an action is done with.
    struct Desk: Sendable {
        let runner: ActionRunner
        let store: SQLiteStore
        let connection: String

        /// The id of a user, given as such, or found by name or address in the last copy of the directory.
        func userID(_ text: String) async throws -> Int64 {
            if let id = Int64(text) { return id }
            let wanted = text.lowercased()
            let users = try await store.currentSnapshot(connection: connection)?.users ?? []
            let found = users.filter { $0.username.lowercased() == wanted || $0.email?.lowercased() == wanted }
            guard found.count == 1, let user = found.first else {
                Terminal.writeError(
                    "error: \(found.isEmpty ? "no user" : "\(found.count) users") `\(Visible.text(text))` in the store"
                        + "\n  = help: give the user's id, or sync first")
                throw Outcome.usage.exit
            }
            return user.id
        }
    }

    /// Who asks, for the journal.
    static var requester: String { "cli:\(NSUserName())" }

    /// Opens what an action needs, and says what went wrong in words.
    func with(_ body: @Sendable (Desk) async throws -> Void) async throws {
        let settings = try common.settings(readsSecrets: true)
        let wanted = try settings.connections(named: connection)
        guard wanted.count == 1, let connection = wanted.first else {
            Terminal.writeError("error: there is more than one connection\n  = help: name one with --connection")
            throw Outcome.usage.exit
        }
        let logger = common.logger(settings, label: "tocsin")
        // A monitor may be at work: its writes and those of this command take turns.
        let store = try settings.openStore(.beside)
        var network = NetworkSettings()
        network.userAgent = "tocsin/\(ToolVersion.text)"
        do {
            try await NetworkSenders.with(network) { senders in
                let assembly = Assembly(settings, clock: SystemClock(), logger: logger)
                let runner = try await assembly.actions(connection, store: store, senders: senders)
                try await body(Desk(runner: runner, store: store, connection: connection.name))
            }
        } catch let problem as ActionRunner.Problem {
            Terminal.writeError("error: \(problem.words)\n  = help: \(problem.remedy)")
            throw problem.outcome.exit
        }
        try store.close()
    }

    func show(_ record: ActionRecord) {
        switch format {
        case .text:
            Terminal.write(
                "\(record.id)  \(record.state.rawValue)  \(record.action.summary)  \(Visible.text(record.username)) "
                    + "(\(record.userID))  \(record.plannedAt.rfc3339)  \(record.requestedBy)  "
                    + "\(Visible.text(record.reason)): \(Visible.text(record.note))")
        case .json:
            if let text = try? Terminal.json(record) { Terminal.write(text) }
        }
    }
}

extension ActionRunner.Problem {
    var words: String {
        switch self {
        case .unknownAction(let id): "there is no action `\(id)` for this connection"
        case .refused(let refusal): "refused: \(refusal)"
        case .cannotBeUndone(let why): "it cannot be undone: \(why)"
        case .inProgress(let until): "another process is at it, and may be until \(until.rfc3339)"
        case .cannotBeDismissed(let state): "it is \(state.rawValue): only a proposal can be dismissed"
        case .source(let failure): Visible.text("\(failure.attempt): \(failure.answer)")
        }
    }

    var remedy: String {
        switch self {
        case .unknownAction: "`tocsin actions list` has the ids"
        case .refused(let refusal): refusal.remedy
        case .inProgress: "look at the journal with `tocsin actions list`, and run it again if it has not ended by then"
        case .cannotBeDismissed, .cannotBeUndone: "look at the journal with `tocsin actions list`"
        case .source(let failure): failure.remedy
        }
    }

    var outcome: Outcome {
        if case .source = self { return .remote }
        return .usage
    }
}
