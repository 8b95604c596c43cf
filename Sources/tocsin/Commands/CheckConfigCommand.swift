import ArgumentParser
import RuleLanguage
import Settings

/// `tocsin check-config`: says whether settings, rules and policies are fit to run on.
struct CheckConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config",
        abstract: "Checks settings, rules and policies without talking to anybody.")

    @OptionGroup var common: CommonOptions

    func run() throws {
        let settings = try common.settings(readsSecrets: true)
        let book = try common.ruleBook(settings)
        Terminal.write(
            """
            settings are fit to run: \(settings.connections.count) connections, \
            \(settings.receivers.count) receivers, \(book.rules.count) rules, \(book.bindings.count) bound
            """)
    }
}
