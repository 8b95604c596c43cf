import ArgumentParser
import Delivery
import Diagnostics
import Evaluation
import Foundation
import Monitor
import OneLogin
import RuleLanguage
import Settings
import Store
import Timekeeping

/// `tocsin rules explain`: why a rule spoke of a key at a moment, or why it did not.
struct RulesExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Says why a rule fired for a key at a moment, or what held it back.",
        discussion: """
            The facts are those of --input, or of the store. The key is that of the alert, a --key for each part.

            Examples:
              tocsin rules explain --rule mass-deletion-by-actor --key 42 --at 2026-02-01T10:00:00Z
              tocsin rules explain --rule stale-credentials --key 1007 --input tenant/

            Exit codes: 0 it did not fire, 1 it fired, 2 usage or rule error, 3 what it needs is not known.
            """)

    @Option(help: "The rule's id.")
    var rule: String

    @Option(help: "A part of the alert's key; may be repeated.")
    var key: [String] = []

    @Option(help: ArgumentHelp("The moment; now where it is left out.", valueName: "time"))
    var at: String?

    @Option(help: "The policy, where several bind the rule.")
    var policy: String?

    @Option(help: "A file or folder to look at instead of the store; may be repeated.")
    var input: [String] = []

    @Option(help: "The connection; the only one where none is named.")
    var connection: String?

    @Option(help: "text or json.")
    var format = OutputFormat.text

    @OptionGroup var common: CommonOptions

    func validate() throws {
        if let at, Timestamp(rfc3339: at) == nil {
            throw ValidationError("`\(at)` is no time; write it like 2026-03-03T00:00:00Z")
        }
    }

    func run() async throws {
        let settings = try common.settings(readsSecrets: false)
        let book = try common.ruleBook(settings)
        let moment = at.flatMap { Timestamp(rfc3339: $0) } ?? SystemClock().now()
        let request = Explaining.Request(rule: rule, policy: policy, key: key, at: moment)
        let explanation: RuleExplanation
        do {
            explanation = try await explain(request, settings, book)
        } catch let refusal as Explaining.Refusal {
            Terminal.writeError(Self.words(refusal, book))
            throw Outcome.usage.exit
        } catch let failure as InputFailure {
            Terminal.writeError("error: \(failure)")
            throw Outcome.usage.exit
        }
        switch format {
        case .text: Terminal.write(Self.lines(explanation).joined(separator: "\n"))
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            Terminal.write(String(decoding: try encoder.encode(explanation), as: UTF8.self))
        }
        switch explanation.answer {
        case .fired, .joined: throw Outcome.findings.exit
        case .unknown: throw Outcome.incomplete.exit
        default: break
        }
    }

    private func explain(
        _ request: Explaining.Request, _ settings: Settings, _ book: RuleBook
    ) async throws -> RuleExplanation {
        let chosen = settings.connections.first { connection == nil || $0.name == connection }
        let superUsers = Assembly.superUsers(chosen?.superUsers ?? SuperUserSettings())
        let assembly = Assembly(settings, clock: SystemClock(), logger: common.logger(settings, label: "explain"))
        let explaining = Explaining(book: book, superUsers: superUsers, enricher: try assembly.enricher())
        if !input.isEmpty {
            return try explaining.explain(request, over: try InputFiles(input), name: connection ?? "files")
        }
        guard let chosen else {
            Terminal.writeError("error: the settings have no such connection\n  = help: give files with --input")
            throw Outcome.usage.exit
        }
        let store = try settings.openStore(.readOnly)
        return try await explaining.explain(request, over: store, connection: chosen.name)
    }

    /// The explanation as lines for a terminal, without what could move its cursor.
    static func lines(_ explanation: RuleExplanation) -> [String] {
        explanation.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map {
            Visible.text(String($0))
        }
    }

    static func words(_ refusal: Explaining.Refusal, _ book: RuleBook) -> String {
        switch refusal {
        case .unknownRule(let id):
            let near = nearestName(to: id, in: book.rules.map(\.id)).map { "\n  = help: did you mean `\($0)`?" }
            return "error: there is no rule `\(id)`\(near ?? "")"
        case .notBound(let id):
            return "error: no policy binds `\(id)`, so it does not run\n  = help: name it under `rules:` of a policy"
        case .ambiguous(let id, let policies):
            let names = policies.map { "`\($0)`" }.joined(separator: ", ")
            return "error: the policies \(names) bind `\(id)`\n  = help: name one with --policy"
        case .notCovered(let id, let policy, let connection):
            return "error: the policy `\(policy)`, which binds `\(id)`, is not for the connection `\(connection)`\n"
                + "  = help: look at `scope.connections` of the policy"
        case .noDirectory:
            return "error: the rule looks at the directory, and none is there\n"
                + "  = help: give one with --input, or sync first"
        }
    }
}
