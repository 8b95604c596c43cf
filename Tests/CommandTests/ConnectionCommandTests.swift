import Foundation
import Testing

/// `tocsin connection`: from `add` to `remove` against a simulated tenant, each as a process of its own.
@Suite struct ConnectionCommandTests {
    /// A simulator beside, and the settings file that the commands edit.
    struct Bench {
        let program: Program
        let simulator: Process
        let tenant: AlertsShowTests.Tenant

        init(_ scenario: String) throws {
            program = try Program()
            try program.write(scenario, to: "scenario.yaml")
            simulator = try program.process([
                "simulate", "--port", "0", "--format", "json", "--scenario", program.path("scenario.yaml"),
            ])
            let pipe = Pipe()
            simulator.standardOutput = pipe
            try simulator.run()
            tenant = try JSONDecoder().decode(
                AlertsShowTests.Tenant.self, from: AlertsShowTests.firstLine(of: pipe))
            try program.write(tenant.clientSecret + "\n", to: "secret")
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: program.path("secret"))
            try program.write("rule: many\ntitle: t\nseverity: low\n" + Self.rule, to: "Rules/rules.yaml")
            try program.write("policy: mine\nrules: [{ rule: many }]\n", to: "Policies/mine.yaml")
            try program.write(
                """
                store: \(program.path("tocsin.db"))
                rules: \(program.path("Rules"))
                policies: \(program.path("Policies"))

                """, to: "tocsin.yaml")
        }

        private static let rule = """
            state: { each: user, group: { by: [], let: { n: count() } }, alert_if: n >= 9000 }
            key: ["'all'"]

            """

        func end() {
            simulator.terminate()
            program.remove()
        }

        func connection(_ arguments: String...) async throws -> Program.Answer {
            try await program.run(["connection"] + arguments + ["--config", program.path("tocsin.yaml")])
        }

        func add() async throws -> Program.Answer {
            try await connection(
                "add", "acme", "--subdomain", "demo", "--url", tenant.url, "--client-id", tenant.clientID,
                "--client-secret-file", program.path("secret"))
        }
    }

    static func json(_ answer: Program.Answer) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any])
    }

    @Test(.timeLimit(.minutes(15))) func fromAddToRemove() async throws {
        let bench = try Bench("seed: 3\nusers: 40\nhistory: { days: 1, events: 100 }\n")
        defer { bench.end() }
        let added = try await bench.add()
        #expect(added.code == 0 && added.errors.contains("added `acme`"), "\(added.errors)")
        let again = try await bench.add()
        #expect(again.code == 2 && again.errors.contains("there is a connection `acme` already"), "\(again.errors)")

        let tested = try await bench.connection("test", "acme", "--format", "json")
        #expect(tested.code == 0, "\(tested.errors)")
        let probes = try #require(try Self.json(tested)["probes"] as? [[String: Any]])
        #expect(Set(probes.compactMap { $0["name"] as? String }).isSuperset(of: ["token", "users", "events", "roles"]))
        let words = try await bench.connection("test", "acme")
        #expect(words.code == 0 && words.output.contains("scope seen: ") && words.output.contains("usable\n"))
        #expect(!(words.output + words.errors).contains(bench.tenant.clientSecret))

        let never = try await bench.connection("status", "acme")
        #expect(never.code == 3 && never.output == "acme  never synced\n")
        let turn = try await bench.program.run(
            "monitor", "--once", "--config", bench.program.path("tocsin.yaml"))
        #expect(turn.code == 0, "\(turn.errors)")
        let status = try await bench.connection("status", "acme", "--format", "json")
        let isConnected = try Self.json(status)["status"] as? String == "connected"
        #expect(status.code == 0 && isConnected, "\(status.output)")
        let list = try await bench.connection("list", "--format", "json")
        let isListed = try Self.json(list)["status"] as? String == "connected"
        #expect(list.code == 0 && isListed, "\(list.output)")

        let none = try await bench.connection("status", "other")
        #expect(none.code == 2 && none.errors.contains("no connection `other`; the settings have `acme`"))
        let removed = try await bench.connection("remove", "acme")
        #expect(removed.code == 0, "\(removed.errors)")
        let left = try await bench.connection("list")
        #expect(left.output.isEmpty)
    }

    @Test(.timeLimit(.minutes(15))) func aWrongSecretIsToldWithWhatToDo() async throws {
        let bench = try Bench("seed: 3\nusers: 40\nhistory: { days: 1, events: 100 }\n")
        defer { bench.end() }
        try bench.program.write(String(repeating: "0", count: 64) + "\n", to: "secret")
        let added = try await bench.add()
        #expect(added.code == 0, "\(added.errors)")
        let tested = try await bench.connection("test", "acme")
        #expect(tested.code == 4 && tested.output.contains("cause: credentials_rejected"), "\(tested.output)")
        #expect(tested.output.contains("-> ") && tested.output.contains("not usable"))
    }

    /// A page that does not come keeps the first copy on its way.
    @Test(.timeLimit(.minutes(15))) func aFirstSyncShowsHowFarItIs() async throws {
        let bench = try Bench(
            """
            seed: 3
            users: 400
            history: { days: 1, events: 100 }
            timeline:
              - { at: -1s, fault: "/api/1/users@page5=delay250000" }
            """)
        defer { bench.end() }
        let added = try await bench.add()
        #expect(added.code == 0, "\(added.errors)")
        let monitor = try bench.program.process([
            "monitor", "--once", "--config", bench.program.path("tocsin.yaml"),
        ])
        monitor.standardOutput = FileHandle.nullDevice
        monitor.standardError = FileHandle.nullDevice
        try monitor.run()
        defer { monitor.terminate() }
        var row: [String: Any] = [:]
        while row["status"] as? String != "initial_sync" {
            let status = try await bench.connection("status", "acme", "--format", "json")
            #expect(status.code == 3)
            row = try Self.json(status)
        }
        let progress = try #require(row["progress"] as? [String: Any])
        #expect(progress["stage"] as? String == "users" && progress["total"] as? Int == 400)
        let percent = try #require(progress["percent"] as? Double)
        #expect(percent > 0 && percent <= 50, "four pages of eight came")
        let words = try await bench.connection("status", "acme")
        #expect(words.code == 3 && words.output.contains("initial_sync") && words.output.contains("progress: users "))
        #expect(words.output.contains("of 400, "), "\(words.output)")
        let tested = try await bench.connection("test", "acme")
        #expect(tested.code == 0 && tested.output.contains("first sync still in progress: users "), "\(tested.output)")
        let shown = try Self.json(try await bench.connection("test", "acme", "--format", "json"))
        #expect((shown["first_sync_percent"] as? Double ?? 0) > 0)
    }
}
