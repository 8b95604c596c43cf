import ArgumentParser
import Foundation

/// `tocsin cel`: what an expression gives, for authors of rules.
struct CELCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cel",
        abstract: "Evaluates one CEL expression and prints its value and type.",
        discussion: """
            The expression is checked as a condition of a rule is: types must agree, and patterns are constants.

            Examples:
              tocsin cel '1 + 2 * 3'
              tocsin cel 'n > 3 && n in [1, 5]' --bind n=5
              tocsin cel 'kind.startsWith("login.")' --bind 'kind="login.failure"'
              tocsin cel 't.getHours("Europe/Berlin") < 6' --bind 't=timestamp("2026-02-01T04:30:00Z")'
              tocsin cel 'cidr("10.0.0.0/8").containsIP(a.ip)' --bind-json 'a={"ip": "10.1.2.3"}'
              tocsin cel 'a.raw.browser.matches(r"^curl/")' --bind-json a=activity.json
              tocsin cel 'regex.extract(s, r"@(.+)$").orValue("")' --bind 's="ada@corp.example"'

            Exit codes: 0 there is a value, 1 there is none for these values, 2 expression or binding is wrong.
            """)

    @Argument(help: "The expression; quote it for the shell.")
    var expression: String

    @Option(
        help: ArgumentHelp(
            "What a name stands for, as a constant expression; may be given again.", valueName: "name=value"))
    var bind: [String] = []

    @Option(
        help: ArgumentHelp(
            "The same as JSON, or as a file that holds JSON; may be given again.", valueName: "name=json"))
    var bindJson: [String] = []

    @Option(help: "text or json.")
    var format = OutputFormat.text

    @Flag(help: "Let types be unknown until the value is there, as for `activity.raw`.")
    var dyn = false

    @Flag(help: "Allow recursion and backreferences in patterns, as `regex: extended` does in a rule.")
    var extended = false

    func run() throws {
        let question = CELQuestion(
            expression: expression, bindings: bind, jsonBindings: bindJson.map(Self.read), format: format,
            allowsDyn: dyn, extendedRegex: extended, timesPatterns: true)
        let answer = question.answer()
        if !answer.errors.isEmpty { Terminal.writeError(answer.errors) }
        if !answer.output.isEmpty { Terminal.write(answer.output) }
        if answer.outcome != .clean { throw answer.outcome.exit }
    }

    /// The binding with the text of the file that it names; as it is when there is no such file.
    private static func read(_ binding: String) -> String {
        guard let mark = binding.firstIndex(of: "=") else { return binding }
        let path = String(binding[binding.index(after: mark)...])
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return binding }
        return String(binding[...mark]) + text
    }
}
