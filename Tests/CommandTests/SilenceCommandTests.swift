import Foundation
import Testing

/// `tocsin alerts silence`, over a store that a monitor has filled.
@Suite struct SilenceCommandTests {
    struct Silence: Decodable {
        let id: String
        let comment: String
    }

    static let refused: [(arguments: [String], words: String)] = [
        (["--rule", "many-users", "--comment", "x"], "give either --for or --until"),
        (["--rule", "many-users", "--for", "1h", "--until", "2099-01-01T00:00:00Z", "--comment", "x"], "give either"),
        (["--rule", "many-users", "--for", "0s", "--comment", "x"], "`0s` is no length of time"),
        (["--rule", "many-users", "--until", "tomorrow", "--comment", "x"], "`tomorrow` is no time"),
        (["--for", "1h", "--comment", "x"], "say which alerts"),
        (["--alert", "al_x", "--rule", "r", "--for", "1h", "--comment", "x"], "--alert says the rule"),
        (["--rule", "many-users", "--for", "1h", "--comment", " "], "--comment needs 1 to 1000 bytes"),
        (["--rule", "many-users", "--for", "1h"], "Missing expected argument '--comment"),
    ]

    @Test(arguments: refused)
    func whatIsNoSilenceIsRefused(_ arguments: [String], _ words: String) async throws {
        let program = try Program()
        defer { program.remove() }
        let answer = try await program.run(["alerts", "silence", "add"] + arguments)
        #expect(answer.code != 0 && answer.errors.contains(words), "\(answer.code) \(answer.errors)")
    }

    /// The life of a silence of one alert, from the preview to its end.
    static func silences(_ alert: AlertsShowTests.Shown, _ program: Program) async throws {
        func run(_ arguments: String...) async throws -> Program.Answer {
            try await program.run(["alerts", "silence"] + arguments + ["--config", program.path("tocsin.yaml")])
        }
        for (arguments, words) in [
            (["--alert", "al_none"], "there is no alert `al_none`"),
            (["--rule", "manyusers"], "nothing is bound as rule `manyusers`"),
            (["--rule", "many-users", "--policy", "other"], "nothing is bound as rule `many-users` by policy `other`"),
        ] {
            let config = ["--for", "1h", "--comment", "x", "--config", program.path("tocsin.yaml")]
            let answer = try await program.run(["alerts", "silence", "add"] + arguments + config)
            #expect(answer.code == 2 && answer.errors.contains(words), "\(answer.code) \(answer.errors)")
        }
        let past = try await run("add", "--rule", "many-users", "--until", "2001-01-01T00:00:00Z", "--comment", "x")
        #expect(past.code == 2 && past.errors.contains("it must end after now"), "\(past.errors)")
        let own = try await run("add", "--rule", "connection-health", "--for", "1h", "--comment", "x", "--dry-run")
        #expect(own.code == 0 && own.output.contains("it would cover 0 live alerts"), "\(own.output)\(own.errors)")

        let trial = try await run("add", "--alert", alert.id, "--for", "1h", "--comment", "x", "--dry-run")
        #expect(
            trial.output.contains("it would cover 1 live alert\n  \(alert.id)  low  many-users: "), "\(trial.output)")
        #expect(try await run("list").output.isEmpty)
        let added = try await run(
            "add", "--alert", alert.id, "--for", "1h", "--comment", "the import", "--format", "json")
        let silence = try JSONDecoder().decode(Silence.self, from: Data(added.output.utf8))
        #expect(silence.id.hasPrefix("sl_") && silence.comment == "the import")
        let list = try await run("list")
        #expect(list.output.hasPrefix("\(silence.id)  holds  "), "\(list.output)")
        #expect(list.output.contains("  rule many-users, key [all], policy mine, connection acme\n"), "\(list.output)")

        let alerts = try await program.run(
            "alerts", "list", "--rule", "many-users", "--config", program.path("tocsin.yaml"))
        #expect(alerts.output.contains("  silenced  many-users: "), "\(alerts.output)")
        let shown = try await AlertsShowTests.show(alert.id, program, "--why")
        #expect(shown.output.contains(": the import (\(silence.id))"), "\(shown.output)")
        #expect(shown.output.contains("\n\(silence.id)  holds  "), "\(shown.output)")

        let end = try await run("end", silence.id)
        #expect(end.code == 0 && end.output.contains("  over "), "\(end.output)\(end.errors)")
        #expect(try await run("list").output.isEmpty)
        #expect(try await run("list", "--all").output.contains(", ended by cli:"))
        let unknown = try await run("end", "sl_none")
        #expect(unknown.code == 2 && unknown.errors.contains("there is no silence `sl_none`"), "\(unknown.errors)")
    }
}
