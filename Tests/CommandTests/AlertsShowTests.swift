import Foundation
import Testing

/// `tocsin alerts show ID --why`: from a tenant through the monitor to the alert in the store, and why it is there.
@Suite struct AlertsShowTests {
    static let rules = """
        rule: many-users
        title: Many users
        severity: low
        state: { each: user, group: { by: [], let: { n: count() } }, alert_if: n >= 40 }
        key: ["'all'"]
        message: "${n} users"
        ---
        rule: user-assumed
        title: Somebody acts as another user
        severity: high
        activity: { match: activity.kind == "user.assumed" }
        key: [activity.actor_id]
        message: "${activity.actor_id} acted as ${activity.user_id}"
        """

    struct Shown: Decodable {
        let id: String
        let activityIDs: [String]
        let message: String
    }

    struct Tenant: Decodable {
        let url: String
        let clientID: String
        let clientSecret: String

        enum CodingKeys: String, CodingKey {
            case url
            case clientID = "client_id"
            case clientSecret = "client_secret"
        }
    }

    static func settings(_ tenant: Tenant, _ program: Program) -> String {
        """
        store: \(program.path("tocsin.db"))
        rules: \(program.path("Rules"))
        policies: \(program.path("Policies"))
        connections:
          - name: acme
            subdomain: demo
            url: \(tenant.url)
            client_id_file: \(program.path("id"))
            client_secret_file: \(program.path("secret"))
            sync: { activities: 1s, directory: 1s }
            lateness: 1s
        """
    }

    /// The first line that a process writes.
    static func firstLine(of pipe: Pipe) -> Data {
        var read = Data()
        while !read.contains(UInt8(ascii: "\n")) {
            let more = pipe.fileHandleForReading.availableData
            guard !more.isEmpty else { break }
            read += more
        }
        return read.prefix { $0 != UInt8(ascii: "\n") }
    }

    static func alerts(of rule: String, _ program: Program) async throws -> [Shown] {
        let list = try await program.run(
            "alerts", "list", "--rule", rule, "--format", "json", "--config", program.path("tocsin.yaml"))
        #expect(list.code == 0, "\(list.errors)")
        return try list.output.split(separator: "\n").map {
            try JSONDecoder().decode(Shown.self, from: Data($0.utf8))
        }
    }

    static func show(_ id: String, _ program: Program, _ more: String...) async throws -> Program.Answer {
        try await program.run(["alerts", "show", id, "--config", program.path("tocsin.yaml")] + more)
    }

    /// The lines below `why`, without their indent.
    static func reasons(_ answer: Program.Answer) -> [String] {
        let lines = answer.output.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.drop { $0 != "why" }.dropFirst().prefix { $0 != "life" }.map { String($0.dropFirst(2)) }
    }

    @Test(.timeLimit(.minutes(15))) func storedAlertsSayWhyTheyAreThere() async throws {
        let program = try Program()
        defer { program.remove() }
        try program.write(
            """
            seed: 3
            users: 40
            history: { days: 1, events: 200 }
            timeline:
              - { at: +1s, plant: user-assumed, within: 1s, times: 200, every: 2s }
            """, to: "scenario.yaml")
        let simulator = try program.process([
            "simulate", "--port", "0", "--format", "json", "--scenario", program.path("scenario.yaml"),
        ])
        let pipe = Pipe()
        simulator.standardOutput = pipe
        try simulator.run()
        defer { simulator.terminate() }
        let tenant = try JSONDecoder().decode(Tenant.self, from: Self.firstLine(of: pipe))
        try program.write(tenant.clientID + "\n", to: "id")
        try program.write(tenant.clientSecret + "\n", to: "secret")
        for name in ["id", "secret"] {
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: program.path(name))
        }
        try program.write(Self.rules, to: "Rules/rules.yaml")
        try program.write(
            "policy: mine\nrules: [{ rule: many-users }, { rule: user-assumed }]\n", to: "Policies/mine.yaml")
        try program.write(Self.settings(tenant, program), to: "tocsin.yaml")
        // Each turn asks the tenant anew; what it is waited for happens every two seconds.
        var assumed: [Shown] = []
        while assumed.isEmpty {
            let turn = try await program.run("monitor", "--once", "--config", program.path("tocsin.yaml"))
            try #require(turn.code == 0, "\(turn.errors)")
            assumed = try await Self.alerts(of: "user-assumed", program)
        }
        let many = try #require(try await Self.alerts(of: "many-users", program).first)
        try await showsAState(many, program)
        try await showsAnActivity(try #require(assumed.first), program)
        try await SilenceCommandTests.silences(many, program)
        try await showsWhatCannotBeSaid(many, program)
    }

    private func showsAState(_ alert: Shown, _ program: Program) async throws {
        let shown = try await Self.show(alert.id, program, "--why")
        #expect(shown.code == 0, "\(shown.errors)")
        #expect(shown.output.hasPrefix("Many users\n  40 users\n  rule many-users, policy mine, connection acme\n"))
        let reasons = Self.reasons(shown)
        #expect(reasons.first?.hasPrefix("many-users (policy mine), key [all], at ") == true, "\(reasons)")
        #expect(reasons.contains { $0.hasPrefix("it fired at ") }, "\(reasons)")
        #expect(reasons.contains("data      40 in all; 40 of this key, 40 of them match"), "\(reasons)")
        #expect(reasons.contains { $0.hasPrefix("fired ") && $0.hasSuffix("low: 40 users") }, "\(reasons)")
        #expect(reasons.contains { $0.hasPrefix("alert     \(alert.id), open from ") }, "\(reasons)")
        let plain = try await Self.show(alert.id, program)
        #expect(plain.code == 0 && !plain.output.contains("why\n") && plain.output.contains("\nlife\n"))
    }

    private func showsAnActivity(_ alert: Shown, _ program: Program) async throws {
        let shown = try await Self.show(alert.id, program, "--why")
        #expect(shown.code == 0, "\(shown.errors)")
        let reasons = Self.reasons(shown)
        #expect(reasons.contains { $0.hasPrefix("it fired at ") }, "\(reasons)")
        #expect(
            reasons.contains { $0.hasPrefix("fired ") && $0.hasSuffix("high: \(alert.message)") }, "\(reasons)")
        let last = try #require(alert.activityIDs.last)
        #expect(reasons.contains { $0.contains("activities ") && $0.contains(last) }, "\(reasons)")
        #expect(reasons.contains { $0.hasPrefix("alert     \(alert.id), open from ") }, "\(reasons)")
    }

    private func showsWhatCannotBeSaid(_ alert: Shown, _ program: Program) async throws {
        let none = try await Self.show("al_none", program, "--why")
        #expect(none.code == 2 && none.errors.contains("there is no alert `al_none`"), "\(none.errors)")
        // The rule has another name now: the alert is shown, and that nothing can be said of it.
        try program.write(Self.rules.replacing("rule: many-users", with: "rule: many-people"), to: "Rules/rules.yaml")
        try program.write(
            "policy: mine\nrules: [{ rule: many-people }, { rule: user-assumed }]\n", to: "Policies/mine.yaml")
        let gone = try await Self.show(alert.id, program, "--why")
        #expect(gone.code == 0 && gone.output.hasPrefix("Many users\n"), "\(gone.errors)")
        #expect(Self.reasons(gone).joined().contains("there is no rule `many-users`"), "\(gone.output)")
    }
}
