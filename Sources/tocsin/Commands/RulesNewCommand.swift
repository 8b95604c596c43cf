public import ArgumentParser
import Foundation
public import RuleLanguage
import Settings

/// `tocsin rules new`: a file to begin with.
struct RulesNewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Writes a rule to begin with: it loads, and its test that fires and its quiet one pass.",
        discussion: "Exit codes: 0 written, 2 the id is none, or the file is there already.")

    @Argument(help: "The id: kebab case, and a name for what is bad, such as too-many-super-users.")
    var id: String

    @Flag(help: "What the rule looks at.")
    var kind: RuleTemplate = .activity

    @Option(help: "The folder below the rules' folder.")
    var topic = "own"

    @OptionGroup var common: CommonOptions

    func run() throws {
        guard let text = kind.text(id: id) else {
            Terminal.writeError(
                "error: `\(id)` is not the id of a rule; write small letters and digits with single hyphens")
            throw Outcome.usage.exit
        }
        let folder = try common.settings(readsSecrets: false).rules.first ?? "Rules"
        let parent = URL(fileURLWithPath: folder).appendingPathComponent(topic)
        let file = parent.appendingPathComponent(RuleTemplate.fileName(id: id))
        let path = folder + "/" + topic + "/" + RuleTemplate.fileName(id: id)
        guard !FileManager.default.fileExists(atPath: file.path) else {
            Terminal.writeError("error: `\(path)` is there already")
            throw Outcome.usage.exit
        }
        do {
            try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file, options: .withoutOverwriting)
        } catch {
            Terminal.writeError("error: `\(path)` cannot be written: \(error.localizedDescription)")
            throw Outcome.usage.exit
        }
        Terminal.write("\(path)\nnext: change it, then `tocsin rules check` and `tocsin rules test --only \(id)`")
    }
}

extension RuleTemplate: EnumerableFlag {
    public static func name(for value: RuleTemplate) -> NameSpecification { .customLong(value.rawValue) }

    public static func help(for value: RuleTemplate) -> ArgumentHelp? {
        switch value {
        case .activity: "One activity (this is what you get without a flag)."
        case .state: "The rows of the directory."
        case .group: "A number of rows."
        case .threshold: "So many within a window."
        case .session: "So many in one go."
        case .sequence: "One after the other."
        case .absence: "One, and then not the other."
        case .previous: "Against the last one of the same key."
        case .spike: "More than usual."
        case .flatline: "Nothing any more."
        case .profile: "A value never seen before of that key."
        case .signal: "For other rules to read; raises no alert."
        }
    }
}
