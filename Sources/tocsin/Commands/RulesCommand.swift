import ArgumentParser

/// `tocsin rules`: what authors of rules need.
struct RulesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "Checks, tests and lists rules, and says what their conditions may look at.",
        subcommands: [
            RulesCheckCommand.self, RulesTestCommand.self, RulesListCommand.self, RulesFieldsCommand.self,
            RulesCoverageCommand.self, RulesImportCommand.self, RulesSchemaCommand.self, RulesFormatCommand.self,
            RulesNewCommand.self, RulesExplainCommand.self,
        ])
}
