import Alerting
import ArgumentParser
import Diagnostics
import Foundation
import RuleLanguage

/// `tocsin rules list`: the rule book, a line a rule.
struct RulesListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists rules with severity, topic and the policies that bind them.")

    @Option(help: "text or json.")
    var format = OutputFormat.text

    @OptionGroup var common: CommonOptions

    /// A rule as JSON shows it.
    struct Row: Encodable {
        let rule: String
        let title: String
        let severity: String
        let topic: String
        let tags: [String]
        let policies: [String]
        let file: String
    }

    func run() throws {
        let settings = try common.settings(readsSecrets: false)
        let book = try common.ruleBook(settings)
        let policies = Dictionary(grouping: book.bindings, by: \.rule.id).mapValues { $0.map(\.policy).sorted() }
        let rows = book.rules.map { rule in
            Row(
                rule: rule.id, title: rule.title, severity: rule.severity.rawValue, topic: rule.topic, tags: rule.tags,
                policies: policies[rule.id] ?? [], file: rule.file.name)
        }
        switch format {
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            Terminal.write(String(decoding: try encoder.encode(rows), as: UTF8.self))
        case .text:
            let width = rows.map(\.rule.count).max() ?? 0
            for row in rows {
                let bound = row.policies.isEmpty ? "not bound" : row.policies.joined(separator: ", ")
                let columns = [
                    pad(row.rule, width), pad(row.severity, 13), pad(row.topic, 14), pad(bound, 10), row.title,
                ]
                Terminal.write(columns.joined(separator: "  "))
            }
            Terminal.write("\(rows.count) rules, \(book.bindings.count) bound")
        }
    }
}

/// Text with blanks behind it up to a width.
func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
}
