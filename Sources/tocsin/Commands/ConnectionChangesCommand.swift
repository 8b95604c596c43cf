import ArgumentParser
import Delivery
import Directory
import Settings
import Store
import Timekeeping

/// `tocsin connection changes`: what copies of the directory showed, and which events had told it.
struct ConnectionChangesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "changes",
        abstract: "Lists changes between copies of the directory, and which event told each; the latest first.",
        discussion: "A change that no event told is an activity of its own, by the id that is shown.")

    @Argument(help: "The connection's name.")
    var name: String

    @Flag(help: "Only changes that events told.")
    var explained = false

    @Flag(help: "Only changes that no event told.")
    var derived = false

    @Option(help: "At most so many.")
    var limit = 100

    @Option(help: "text or json (one line a change).")
    var format = OutputFormat.text

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard limit >= 1 else { throw ValidationError("--limit must be at least 1") }
        guard !(explained && derived) else { throw ValidationError("use one of --explained and --derived") }
    }

    func run() async throws {
        let settings = try common.settings(readsSecrets: false)
        _ = try settings.connections(named: name)
        let store = try settings.openStore(.readOnly)
        let wanted: Bool? = explained ? true : derived ? false : nil
        for entry in try await store.changes(connection: name, explained: wanted, limit: limit) {
            switch format {
            case .text: Terminal.write(Self.text(entry))
            case .json: Terminal.write(try Self.json(entry))
            }
        }
        try store.close()
    }

    static func text(_ entry: ReconciledChange) -> String {
        var words = [entry.at.rfc3339, entry.change.kind]
        if let user = entry.change.userID { words.append("user \(user)") }
        if let object = object(of: entry.change) { words.append(object) }
        words.append(entry.isExplained ? "told by event \(entry.activityID)" : "no event; \(entry.activityID)")
        return Visible.text(words.joined(separator: "  "))
    }

    private static func object(of change: SnapshotComparison.Change) -> String? {
        change.objectID.map(String.init) ?? change.objectText
    }

    static func json(_ entry: ReconciledChange) throws -> String {
        struct Row: Encodable {
            let at: String
            let kind: String
            let userID: Int64?
            let object: String?
            let explained: Bool
            let activity: String
        }
        return try Terminal.snakeJSON(
            Row(
                at: entry.at.rfc3339, kind: entry.change.kind, userID: entry.change.userID,
                object: object(of: entry.change), explained: entry.isExplained, activity: entry.activityID))
    }
}
