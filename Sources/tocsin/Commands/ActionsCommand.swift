import ArgumentParser
import Directory
import Foundation
import HTTPClient
import Logging
import Monitor
import Settings
import Store
import Timekeeping

/// `tocsin actions`: changes users in OneLogin, with a plan, a journal and a way back.
struct ActionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "actions",
        abstract: "Plans, does, lists and undoes changes to users; off until settings say otherwise.",
        subcommands: [
            ActionsPlanCommand.self, ActionsRunCommand.self, ActionsListCommand.self, ActionsUndoCommand.self,
            ActionsDismissCommand.self,
        ])
}

/// `tocsin actions plan`: says what would be done, and writes it down.
struct ActionsPlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Looks at the user and the guards, and writes the plan down; nothing is done.")

    @Argument(help: "One of \(TenantAction.words.joined(separator: ", ")).")
    var action: String

    @Option(help: "The user's id, user name or e-mail address.")
    var user: String

    @Option(help: "Why; it stays in the journal.")
    var reason: String

    @Option(help: "The role's id, for add-role and remove-role.")
    var role: Int64?

    @Option(help: "The group's id for set-group; none takes the user out of any.")
    var group: String?

    @Option(help: "The factor's id, for remove-factor.")
    var factor: String?

    @Option(help: "Minutes for lock; 0 is what the user's policy says.")
    var minutes: Int64 = 0

    @OptionGroup var choice: ActionChoice

    func validate() throws { _ = try wanted() }

    private func wanted() throws -> TenantAction {
        switch action {
        case "activate": return .activate
        case "suspend": return .suspend
        case "reactivate": return .reactivate
        case "lock": return .lock(minutes: max(0, minutes))
        case "unlock": return .unlock
        case "force-password-reset": return .forcePasswordReset
        case "end-sessions": return .endSessions
        case "add-role", "remove-role":
            guard let role else { throw ValidationError("`\(action)` needs --role ID") }
            return action == "add-role" ? .addRole(role) : .removeRole(role)
        case "set-group":
            if group == "none" { return .setGroup(nil) }
            guard let id = group.flatMap({ Int64($0) }) else {
                throw ValidationError("`set-group` needs --group ID or --group none")
            }
            return .setGroup(id)
        case "remove-factor":
            guard let factor else { throw ValidationError("`remove-factor` needs --factor ID") }
            return .removeFactor(factor)
        default:
            throw ValidationError("`\(action)` is no action; use one of \(TenantAction.words.joined(separator: ", "))")
        }
    }

    func run() async throws {
        let action = try wanted()
        try await choice.with { desk in
            let request = ActionRunner.Request(
                action, userID: try await desk.userID(user), reason: reason, requestedBy: ActionChoice.requester)
            let record = try await desk.runner.plan(request)
            choice.show(record)
            if choice.format == .text { Terminal.writeError("do it with `tocsin actions run \(record.id)`") }
        }
    }
}

/// `tocsin actions run`: does what was planned.
struct ActionsRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Does a planned action, or approves and does a proposed one; run again, it does nothing more.")

    @Argument(help: "The plan's id, such as act_....")
    var id: String

    @Flag(help: "Say what would be done, and do nothing.")
    var dryRun = false

    @OptionGroup var choice: ActionChoice

    func run() async throws {
        try await choice.with { desk in
            let record =
                try await dryRun
                ? desk.runner.preview(id) : desk.runner.run(id, approvedBy: ActionChoice.requester)
            choice.show(record)
            if record.state == .refused { throw Outcome.usage.exit }
            if record.state == .failed { throw Outcome.remote.exit }
        }
    }
}

/// `tocsin actions undo`: gives back what was there before.
struct ActionsUndoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "undo", abstract: "Gives back what was there before an action, where something can.")

    @Argument(help: "The action's id, such as act_....")
    var id: String

    @OptionGroup var choice: ActionChoice

    func run() async throws {
        try await choice.with { desk in
            choice.show(try await desk.runner.undo(id, requestedBy: ActionChoice.requester))
        }
    }
}

/// `tocsin actions dismiss`: says no to what a policy proposed.
struct ActionsDismissCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dismiss",
        abstract: "Says that nobody wants a proposed action; the same alert does not propose it again.")

    @Argument(help: "The proposal's id, such as act_....")
    var id: String

    @Option(help: "Why; it stays in the journal.")
    var reason: String

    @OptionGroup var choice: ActionChoice

    func run() async throws {
        try await choice.with { desk in
            choice.show(try await desk.runner.dismiss(id, by: ActionChoice.requester, reason: reason))
        }
    }
}

/// `tocsin actions list`: the journal.
struct ActionsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the journal of actions, the latest first.")

    @Option(help: "At most so many.")
    var limit = 50

    @OptionGroup var choice: ActionChoice

    func run() async throws {
        let settings = try choice.common.settings(readsSecrets: false)
        let store = try settings.openStore(.readOnly)
        for record in try await store.actions(connection: choice.connection, limit: max(1, limit)) {
            choice.show(record)
        }
    }
}
