import Foundation
import Testing

/// What authors of rules run beside `check` and `test`.
@Suite struct RuleAuthoringTests {
    static func json(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
    }

    @Test func formattingWritesOnceAndCheckingChangesNothing() async throws {
        let program = try Program()
        defer { program.remove() }
        let untidy =
            "title:   Too many   # kept\nrule: too-many\nseverity: low\nstate: {each: user, where: 'user.id > 3'}\n"
        try program.write(untidy, to: "Rules/too-many.yaml")
        func text() throws -> String {
            try String(contentsOfFile: program.path("Rules/too-many.yaml"), encoding: .utf8)
        }
        let checked = try await program.run("rules", "fmt", "--check", "Rules")
        #expect(checked.code == 1 && checked.output == "Rules/too-many.yaml\n", "\(checked.output)\(checked.errors)")
        #expect(try text() == untidy)
        let written = try await program.run("rules", "fmt", "Rules")
        #expect(written.code == 0 && written.errors.contains("1 files, 1 written anew"))
        #expect(try text().hasPrefix("rule: too-many\ntitle: Too many") && text().contains("# kept"))
        let again = try await program.run("rules", "fmt", "--check", "Rules")
        #expect(again.code == 0 && again.output.isEmpty)
        try program.write("rule: [\n", to: "Rules/broken.yaml")
        #expect(try await program.run("rules", "fmt", "Rules").code == 2)
    }

    @Test(arguments: ["rule", "policy", "define"])
    func theSchemaIsThatOfTheDocs(_ kind: String) async throws {
        let program = try Program()
        defer { program.remove() }
        let printed = try await program.run("rules", "schema", "--kind", kind)
        #expect(printed.code == 0 && printed.errors.isEmpty)
        let file = Program.root.appendingPathComponent("docs/schema/\(kind).schema.json")
        #expect(printed.output == (try String(contentsOf: file, encoding: .utf8)))
        #expect(try Self.json(printed.output)["$schema"] != nil)
    }

    @Test func coverageNamesWhatTestsDidNotTry() async throws {
        let program = try Program()
        defer { program.remove() }
        let rule = """
            rule: locked-admins
            title: t
            severity: low
            state: { each: user, where: user.status == "locked" && user.id > 5 }
            message: "${user.id}"
            tests:
              - name: fires
                directory: { users: [{ id: 7, username: a, status: locked }] }
                expect: [{ key: [7] }]
              - { name: quiet, directory: { users: [{ id: 8, username: b, status: active }] }, expect: [] }
            """
        try program.write(rule, to: "Rules/locked-admins.yaml")
        let text = try await program.run("rules", "coverage", "Rules")
        #expect(text.code == 0 && text.output.contains("never false: user.id > 5"), "\(text.output)\(text.errors)")
        let json = try await program.run("rules", "coverage", "Rules", "--format", "json", "--at-least", "99.5")
        #expect(json.code == 1)
        let report = try Self.json(json.output)
        let parts = try #require(report["parts"] as? [[String: Any]])
        #expect(parts.count * 2 == report["outcomes"] as? Int && (report["seen"] as? Int) == parts.count * 2 - 1)
        #expect(parts.contains { $0["text"] as? String == "user.id > 5" && $0["wasFalse"] as? Bool == false })
    }

    @Test func aNewRuleLoadsAndPassesAndIsNotReplaced() async throws {
        let program = try Program()
        defer { program.remove() }
        for kind in ["activity", "state", "threshold", "sequence", "profile"] {
            let made = try await program.run("rules", "new", "bad-\(kind)", "--\(kind)")
            #expect(made.code == 0 && made.output.hasPrefix("Rules/own/bad-\(kind).yaml\n"), "\(made.errors)")
        }
        let tested = try await program.run("rules", "test", "Rules")
        #expect(tested.code == 0 && tested.output == "10 passed, 0 failed\n", "\(tested.output)\(tested.errors)")
        let again = try await program.run("rules", "new", "bad-state", "--state")
        #expect(again.code == 2 && again.errors.contains("is there already"))
        let odd = try await program.run("rules", "new", "Bad_State")
        #expect(odd.code == 2 && odd.errors.contains("is not the id of a rule"))
    }

    static let sigma = """
        title: OneLogin user assumed
        id: 62fff148-278d-497e-8ecd-ad6083231a35
        status: test
        description: d
        logsource: { product: onelogin, service: onelogin.events }
        detection: { selection: { event_type_id: 3 }, condition: selection }
        level: low
        """

    @Test func sigmaFoldersAreReadWithAllThatIsWrongInThem() async throws {
        let program = try Program()
        defer { program.remove() }
        try program.write(Self.sigma, to: "sigma/deep/er/assumed.yml")
        try program.write(
            "\u{FEFF}" + Self.sigma.replacing("product: onelogin", with: "product: okta"), to: "sigma/okta.yaml")
        try program.write("detection: [", to: "sigma/broken.yml")
        try program.write("no rule of any kind", to: "sigma/readme.txt")
        try program.write(
            String(repeating: "# \(String(repeating: "x", count: 98))\n", count: 10_600), to: "sigma/large.yml")
        try Data([0x74, 0xFF, 0xFE]).write(to: program.folder.appendingPathComponent("sigma/bytes.yml"))
        let first = try await program.run("rules", "import", "sigma", "sigma", "-o", "Rules", "--format", "json")
        #expect(first.code == 0, "\(first.errors)")
        let report = try Self.json(first.errors)
        #expect(report["files"] as? Int == 3 && report["written"] as? Int == 1, "\(first.errors)")
        let rows = try #require(report["reports"] as? [[String: Any]])
        let details = Dictionary(grouping: rows) { $0["file"] as? String ?? "" }.mapValues {
            $0.compactMap { $0["detail"] }
        }
        #expect("\(details["sigma/large.yml"] ?? [])".contains("the limit is 1048576"))
        #expect("\(details["sigma/bytes.yml"] ?? [])".contains("is not UTF-8"))
        #expect(details["sigma/broken.yml"]?.isEmpty == false && details["sigma/okta.yaml"]?.isEmpty == false)
        #expect(details["sigma/readme.txt"] == nil)
        let tested = try await program.run("rules", "test", "Rules")
        #expect(tested.code == 0 && tested.output.contains(" 0 failed"), "\(tested.output)\(tested.errors)")
        let again = try await program.run("rules", "import", "sigma", "sigma/deep", "-o", "Rules")
        #expect(again.errors.contains("is there already; --force replaces it"))
        let forced = try await program.run("rules", "import", "sigma", "sigma/", "-o", "Rules", "--force", "--quiet")
        #expect(forced.errors.contains("1 rules written") && !forced.errors.contains("okta"), "\(forced.errors)")
        let nowhere = try await program.run("rules", "import", "sigma", "nowhere")
        #expect(nowhere.code == 2 && nowhere.errors.contains("there is no `nowhere`"))
    }

    /// Three failures of user 7 within a minute, and one of user 8.
    static let activities =
        (0..<4).map { place in
            #"{"id":\#(100 + place),"event_type_id":6,"created_at":"2026-03-01T10:00:\#(place)0.000Z","#
                + #""user_id":\#(place < 3 ? 7 : 8)}"#
        }.joined(separator: "\n") + "\n"

    static let failures = """
        rule: failures
        title: Many failures
        severity: medium
        activity:
          match: activity.kind == "login.failure"
          threshold: { by: [activity.user_id], within: 10m, let: { n: count() } }
          alert_if: n >= 3
        message: "${n} failures"
        """

    @Test(arguments: [
        ("7", "2026-03-01T10:01:00Z", 1, "fired"), ("7", "2026-03-01T10:00:15Z", 0, "conditionFalse"),
        ("8", "2026-03-01T10:01:00Z", 0, "conditionFalse"), ("9", "2026-03-01T10:01:00Z", 0, "nothingOfKey"),
    ])
    func filesAreExplained(_ key: String, _ at: String, _ code: Int32, _ answer: String) async throws {
        let program = try Program()
        defer { program.remove() }
        try program.write(Self.failures, to: "Rules/failures.yaml")
        try program.write(Self.activities, to: "events.ndjson")
        let question = ["rules", "explain", "--rule", "failures", "--key", key, "--at", at, "--input", "events.ndjson"]
        let json = try await program.run(question + ["--format", "json"])
        #expect(json.code == code, "\(json.output)\(json.errors)")
        #expect(try Self.json(json.output)["answer"] as? String == answer)
        let text = try await program.run(question)
        #expect(text.code == code && text.output.hasPrefix("failures (policy default), key [\(key)]"), "\(text.output)")
    }

    @Test func questionsThatCannotBeAnsweredAreCodeTwo() async throws {
        let program = try Program()
        defer { program.remove() }
        try program.write(Self.failures, to: "Rules/failures.yaml")
        try program.write(Self.activities, to: "events.ndjson")
        for (arguments, words) in [
            (["--rule", "failure", "--input", "events.ndjson"], "did you mean `failures`?"),
            (["--rule", "failures"], "no such connection"),
            (["--rule", "failures", "--input", "nowhere.ndjson"], "nowhere.ndjson"),
        ] {
            let answer = try await program.run(["rules", "explain", "--key", "7"] + arguments)
            #expect(answer.code == 2 && answer.errors.contains(words), "\(arguments): \(answer.errors)")
        }
    }
}
